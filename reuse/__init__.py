"""What is used more than once: answers, shared while they are computed and stored afterwards."""
