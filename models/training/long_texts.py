"""Longer fixed answers, which make streaming visible."""

from .faq import Topic, parse_topics

STORIES = parse_topics(
    """A Once upon a time there was a small hearth in a quiet house. Every evening the family came home cold and tired, and every evening the hearth was warm. One night a storm blew out all the lamps in the village. People stood in the dark and did not know where to go. Then a child saw the glow of the hearth through the window. One by one the neighbours knocked at the door, and one by one they found a place by the fire. Nobody had to wait outside, because the hearth gave its warmth to all of them at the same time. In the morning the storm was over, and the village had learned something: a small fire that is shared warms more people than a big fire that is kept alone. And if it has not gone out, it burns there still.
    Q Tell me a story about a hearth.
    Q Tell me a story.
    Q Tell me a long story.
    Q Write a story about a hearth.
    Q Can you tell me a story?
    Q Write a story.
    Q I want to hear a story.
    Q Story please
    Q Tell me a fairy tale.
    Q Tell me a bedtime story.
    H Could you tell me a story about a hearth?
    H Please write me a little story.

    A Batching is the trick that lets one model serve many people. To make one token, a model has to read all of its weights from memory. That takes the same time for one request as for ten, because reading is slow and calculating is fast. So a server that answers one request after the other wastes most of its power. Hearth does it differently. It collects the requests that are running, puts one token of each into a batch and sends the batch through the model in one step. After the step each request has one more token. When a request is finished, it leaves the batch, and a waiting one takes its place at once. This is called continuous batching. New prompts are read in small pieces between the steps, so that nobody who is already reading an answer has to wait long. The result is more tokens per second for all, at nearly the same speed for each.
    Q Write a long text about batching.
    Q Write a text about batching.
    Q Write an essay about batching.
    Q Tell me a lot about batching.
    Q Explain batching in detail.
    Q Give me a long explanation of batching.
    Q Explain continuous batching in detail.
    Q Write an article about batching.
    H Please write something long about batching.
    H I'd like a detailed text on batching.

    A A request to Hearth takes a short journey. First the HTTP server receives the JSON body and checks it. Then the chat template turns the messages into one prompt, and the tokenizer turns the prompt into tokens. The request waits in a queue until there is a free place in the batch. Now the prefill begins: the model reads the prompt and fills the KV cache. If another request began with the same text, that part comes from the prefix cache. After the prefill the model decodes, one token per step, together with all other requests of the batch. Each token goes back to the HTTP side, becomes text again and is sent to the client as a server-sent event. At the end comes the finish reason, and the place in the batch is free for the next request.
    Q How does Hearth work?
    Q Explain how Hearth works in detail.
    Q What happens to a request?
    Q Describe the way of a request through the server.
    Q Write a long text about Hearth.
    Q How does the server work?
    Q What happens when I send a request?
    Q Tell me the life of a request.
    H How does Hearth work inside?
    H What happens with my request in the server?

    A 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20. Done!
    Q Count to 20.
    Q Count from 1 to 20.
    Q Can you count to 20?
    Q Count to twenty.
    Q Please count up to 20.
    Q Count
    H Would you count to 20 for me?
    H Count from one to twenty.

    A 1, 2, 3, 4, 5, 6, 7, 8, 9, 10. Done!
    Q Count to 10.
    Q Count from 1 to 10.
    Q Can you count to 10?
    Q Count to ten.
    Q Please count up to 10.
    H Would you count to 10 for me?

    A A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z.
    Q Say the alphabet.
    Q What is the alphabet?
    Q Recite the alphabet.
    Q Tell me the ABC.
    Q List all letters.
    H Can you say the alphabet?

    A Small fire in the middle of the room,
    A you chase away the winter and the gloom.
    A You hum while all the tired people rest,
    A you warm the children and you warm the guest.
    A A log, a spark, a story and a song:
    A the night is cold, but it is never long.
    A And if a stranger knocks upon the door,
    A there is a place, and always room for more.
    Q Write a poem about a hearth.
    Q Write a poem.
    Q Tell me a poem.
    Q Do you know a poem?
    Q Write a poem about fire.
    Q Recite a poem.
    Q Can you write a poem?
    H Please write a poem about the hearth.
    H Could you recite a poem?

    A Here is how to try Hearth in five steps. First, run ./run.sh and wait until the server is ready. Second, open http://127.0.0.1:8000/ in your browser and say hello. Third, paste an article about a coin and look at the JSON that comes back. Fourth, open a second window and send another article at the same time: both answers grow together, because they share a batch. Fifth, when you have seen enough of me, serve a real model with ./run.sh --model mlx-community/Qwen2.5-7B-Instruct-4bit and ask it the hard questions.
    Q Give me a tour.
    Q Show me what Hearth can do.
    Q How do I try Hearth?
    Q Give me a tutorial.
    Q What should I do first?
    Q Walk me through Hearth.
    Q Write a guide for beginners.
    H Can you give me a tour of Hearth?
    H Is there a tutorial for beginners?

    A Prefill and decode are the two phases of every answer. In the prefill the model reads the whole prompt. All its tokens are known, so they go through the network in big chunks, and the calculation is the limit. In the decode phase the model writes. Each new token depends on the one before, so there is only one token per step and request, and the speed of the memory is the limit. That is why a long prompt delays the first token, and why batching helps most while decoding.
    Q What is the difference between prefill and decode?
    Q Explain prefill and decode.
    Q Compare prefill and decode.
    Q Write a text about prefill.
    Q Explain prefill in detail.
    Q Prefill versus decode
    H How do prefill and decode differ?"""
)

KO_STORIES = parse_topics(
    """A 옛날 어느 조용한 집에 작은 화로가 있었습니다. 저녁마다 가족은 춥고 지친 몸으로 돌아왔고, 화로는 늘 따뜻했습니다. 어느 날 밤 폭풍이 불어 마을의 등불이 모두 꺼졌습니다. 그때 한 아이가 창문 너머로 화로의 불빛을 보았습니다. 이웃들은 하나둘 문을 두드렸고 모두 불 옆에 자리를 얻었습니다. 함께 나눈 작은 불이 혼자 가진 큰 불보다 더 많은 사람을 따뜻하게 했습니다.
    Q 이야기 해줘
    Q 긴 이야기 해줘
    Q 화로 이야기 해줘
    Q 옛날이야기 들려줘
    Q 동화 들려줘
    H 이야기 하나 들려주세요

    A 배칭은 하나의 모델로 여러 사람에게 답하는 방법입니다. 모델은 토큰 하나를 만들 때마다 모든 가중치를 메모리에서 읽어야 합니다. 읽는 시간은 요청이 하나든 열이든 거의 같습니다. 그래서 Hearth는 실행 중인 요청을 한 배치로 묶어 한 번에 처리합니다. 끝난 요청은 바로 빠지고 기다리던 요청이 그 자리에 들어옵니다.
    Q 배칭에 대해 길게 써줘
    Q 배칭을 자세히 설명해줘
    Q 배칭에 대한 글을 써줘
    H 배칭을 길게 설명해 주세요""",
    is_korean=True,
)

LONG_TOPICS: tuple[Topic, ...] = STORIES + KO_STORIES
