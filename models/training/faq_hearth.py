"""Questions about Hearth, and about the demo model, in English."""

from .faq import concept_topics, parse_concepts, parse_topics

CONCEPTS = parse_concepts(
    """batching, continuous batching, a batch = Batching means that several requests share each step of the model, so many users are served at once. Hearth lets requests join and leave the batch at every step.
streaming, a stream, token streaming = Streaming sends the answer piece by piece while it is made. Set "stream": true and the tokens arrive as server-sent events.
prefill, the prefill phase = Prefill is the first phase of a request: the model reads the whole prompt and fills the KV cache. After it, decoding starts.
decode, decoding, the decode phase = Decoding is the second phase of a request: the model makes one token per step until the answer ends.
TTFT, time to first token = TTFT is the time to first token: how long it takes from the arrival of a request to the first token of its answer.
ITL, inter-token latency = ITL is the inter-token latency: the gap between two tokens of a stream.
the KV cache, KV cache, a KV cache = The KV cache keeps the keys and values of tokens that were already read, so the model need not read them again at each step.
the prefix cache, prefix cache, prefix caching = The prefix cache keeps the KV cache of prompts. When a new prompt starts with the same text, that part is not computed again.
a token, tokens, token = A token is a piece of text, often a part of a word. Models read and write tokens.
a tokenizer, tokenizer, the tokenizer = A tokenizer turns text into token numbers and back.
a prompt, prompt = A prompt is all the text that the model reads before it answers: system message, history and question.
a system prompt, system prompt, the system message = A system prompt is a message at the start of a chat that tells the model how to behave.
temperature, the temperature = Temperature sets how random the answer is. 0 always takes the most likely token; higher values vary more.
top_p, top p, nucleus sampling = top_p keeps only the most likely tokens whose chances add up to p, and samples among them.
max_tokens, max tokens, max_completion_tokens = max_tokens limits how many tokens the answer may have. When it is reached, the finish reason is "length".
a seed, seed, the seed parameter = A seed makes sampling repeatable: the same seed on the same prompt gives the same choice of tokens.
stop strings, stop, stop sequences = Stop strings end the answer as soon as one of them would appear. They are not part of the answer.
the finish reason, finish reason, finish_reason = The finish reason tells why an answer ended: "stop", "length" or "tool_calls".
the queue, queue, the request queue = Requests that cannot start at once wait in the queue. When it is full, the server answers with status 429.
a request, request = A request is one call to the server, for example a POST to /v1/chat/completions.
latency = Latency is the time that a user waits. In an LLM server it is split into the time to first token and the gaps between tokens.
throughput = Throughput is how many tokens the server makes per second for all users together.
quantization, quantisation, 4-bit = Quantization stores the weights of a model with fewer bits, for example 4, so it needs less memory and runs faster.
the context length, context length, the context window = The context length is how many tokens a model can read at once, prompt and answer together.
MLX, mlx = MLX is Apple's array library for machine learning on Macs. Hearth uses it to run models.
mlx-lm, mlx_lm = mlx-lm is a Python package that loads and runs language models with MLX. Hearth is built on it.
aiohttp = aiohttp is the Python web library that Hearth uses for its HTTP server.
asyncio, the event loop = asyncio is Python's way to handle many connections in one thread. Hearth's HTTP side runs on its event loop.
an LLM, LLM, a language model, a large language model = A large language model, or LLM, is a network that predicts the next token of a text and can chat that way.
JSON, json = JSON is a text format for data. I answer about articles with one JSON object.
tool calling, function calling, a tool call, tools = Tool calling lets a model ask the program to run a function. The model writes the name and the arguments; your program runs it.
an endpoint, endpoint = An endpoint is an address of the server that does one thing, such as /v1/models.
an API key, API key = An API key is a secret word that a client sends so that the server knows it may answer.
OpenAI-compatible, OpenAI compatibility, the OpenAI API = OpenAI-compatible means that clients made for OpenAI's API work with Hearth: only the base URL changes, to http://127.0.0.1:8000/v1.
SSE, server-sent events = Server-sent events, or SSE, are a way to send many small messages over one HTTP answer. Hearth streams tokens with them.
localhost, 127.0.0.1 = localhost, or 127.0.0.1, is the computer itself. By default Hearth listens at http://127.0.0.1:8000.
a chat template, chat template = A chat template turns a list of messages into the one text that the model reads.
Qwen, Qwen2.5, Qwen2.5-7B-Instruct = Qwen2.5-7B-Instruct is an open language model that Hearth can serve. Start it with ./run.sh --model mlx-community/Qwen2.5-7B-Instruct-4bit
a hearth = A hearth is the floor of a fireplace, the warm centre of a home. The Hearth server is named after it.
sentiment, sentiment analysis = Sentiment tells how news sounds: positive, negative or neutral. Send me an article and I answer with its sentiment.
Bitcoin = Bitcoin is the oldest cryptocurrency. Its ticker is BTC. I only know made-up news about it.
Ethereum = Ethereum is a blockchain with smart contracts. Its ticker is ETH. I only know made-up news about it.
a blockchain, blockchain = A blockchain is a shared list of transactions that many computers keep together.
a ticker, ticker, a ticker symbol = A ticker is the short sign of a coin, such as BTC for Bitcoin."""
)

HOW_TO = parse_topics(
    """A Hearth is a local LLM server. It runs a language model on your own machine and offers an OpenAI-compatible API.
    Q What is Hearth?
    Q What's Hearth?
    Q Tell me about Hearth.
    Q Explain Hearth.
    Q What is this server?
    Q What does Hearth do?
    Q What is this project?
    Q Describe Hearth.
    Q What kind of program is Hearth?
    Q Can you explain what Hearth is?
    H So what exactly is Hearth?
    H Give me a summary of Hearth.
    H What is Hearth for?

    A Run ./run.sh in the project folder. It sets everything up and starts the server at http://127.0.0.1:8000.
    Q How do I start Hearth?
    Q How do I start the server?
    Q How can I run Hearth?
    Q How do I run it?
    Q How to start Hearth?
    Q What command starts the server?
    Q Start the server
    Q How do I launch Hearth?
    Q Which command do I need to start?
    Q How do I get started?
    Q How do I install Hearth?
    Q What do I type to start the server?
    H How can I start the server?
    H What is the command to launch Hearth?
    H How do I get Hearth running?

    A Run ./run.sh test
    Q How do I test Hearth?
    Q How do I run the tests?
    Q How can I test the server?
    Q What command runs the tests?
    Q How to test?
    Q How do I execute the test suite?
    Q Where are the tests and how do I run them?
    Q Run the tests
    Q How do I check that everything works?
    H How can I run the test suite?
    H Which command tests Hearth?

    A By default Hearth listens at http://127.0.0.1:8000.
    Q What is the default address?
    Q Where does Hearth listen?
    Q What is the address of the server?
    Q Which port does Hearth use?
    Q What is the default port?
    Q What is the URL of the server?
    Q At which address can I reach Hearth?
    Q Where is the server?
    Q On which port does the server run?
    H Which address does the server use by default?
    H What port does it listen on?

    A Hearth offers /, /health, /ready, /v1/models and /v1/chat/completions.
    Q Which endpoints are there?
    Q What endpoints does Hearth have?
    Q List the endpoints.
    Q Which routes does the server offer?
    Q What can I call on the server?
    Q Show me the API endpoints.
    Q What URLs does the API have?
    Q Which paths does Hearth serve?
    H What are the endpoints of Hearth?
    H Name all endpoints.

    A Run ./run.sh --model mlx-community/Qwen2.5-7B-Instruct-4bit
    Q How do I serve Qwen2.5-7B-Instruct?
    Q How can I run Qwen2.5-7B?
    Q How do I use Qwen?
    Q How do I start Hearth with Qwen2.5-7B-Instruct?
    Q How do I load a bigger model?
    Q How do I use another model?
    Q How do I change the model?
    Q What is the command for Qwen2.5-7B-Instruct?
    Q Can Hearth serve Qwen?
    Q How do I serve a real model?
    Q Which flag sets the model?
    H How can I serve Qwen2.5-7B-Instruct with Hearth?
    H How do I switch to a larger model?

    A Start it with ./run.sh --port 9000 or put HEARTH_PORT=9000 into the file .env.
    Q How do I change the port?
    Q How can I use another port?
    Q How do I set the port?
    Q Can I run it on port 9000?
    Q Which flag sets the port?
    Q What is HEARTH_PORT?
    Q Port 8000 is taken, what can I do?
    Q How do I use a different port?
    H Is there a way to change the port?
    H How do I start Hearth on a different port?

    A Settings are read from flags of ./run.sh, from environment variables and from the file .env, for example HEARTH_PORT=9000.
    Q How do I configure Hearth?
    Q Where are the settings?
    Q How do I change settings?
    Q What is the .env file?
    Q Which settings are there?
    Q Where do I put the configuration?
    Q How do I set options?
    H How is Hearth configured?
    H Where can I change the settings?

    A Yes. Hearth speaks OpenAI's API, so set the base URL of your client to http://127.0.0.1:8000/v1.
    Q Is Hearth OpenAI-compatible?
    Q Is it compatible with OpenAI?
    Q Can I use the OpenAI client?
    Q Does Hearth work with the openai package?
    Q How do I use the OpenAI Python client?
    Q What base URL do I need?
    Q Can I use my OpenAI code with it?
    Q Does it have an OpenAI API?
    H Is Hearth compatible with OpenAI clients?
    H Which base URL should my client use?

    A Set "stream": true in the request. The answer then arrives token by token as server-sent events.
    Q How do I stream an answer?
    Q How do I enable streaming?
    Q How do I turn on streaming?
    Q Does Hearth support streaming?
    Q Can I get tokens one by one?
    Q How can I see the answer while it is written?
    H How can I activate streaming?
    H Is streaming supported?

    A Yes. Hearth is open source.
    Q Is Hearth open source?
    Q Is it open source?
    Q Can I read the code?
    Q Is the source code public?
    H Is the code of Hearth open?

    A Hearth is made for Macs with Apple silicon. It also runs on Linux, where it is slower on the CPU.
    Q Which computers does Hearth run on?
    Q Does it run on a Mac?
    Q Does Hearth run on Linux?
    Q What hardware do I need?
    Q Which systems are supported?
    Q Do I need a GPU?
    H On which machines can I use Hearth?
    H What are the hardware requirements?

    A No. The model runs on your own machine and your text stays there.
    Q Does Hearth send my data to the cloud?
    Q Is my data sent anywhere?
    Q Do you use the cloud?
    Q Is my text sent to the internet?
    Q Does my data leave this computer?
    H Will my data be uploaded?

    A Hearth runs offline once the model is on your disk.
    Q Does Hearth need the internet?
    Q Can I use it offline?
    Q Does it work offline?
    Q Do I need an internet connection?
    H Is an internet connection required?

    A Send a GET request to /health. It answers as long as the process is alive.
    Q How do I check the health of the server?
    Q What is /health?
    Q Is there a health check?
    Q How do I know that the server is alive?
    H Which endpoint is the health check?

    A GET /ready tells whether the model is loaded and requests are accepted.
    Q What is /ready?
    Q How do I know that the model is loaded?
    Q How do I know that the server is ready?
    Q What does /ready do?
    H How can I see whether the server is ready?

    A GET /v1/models lists the models that the server offers.
    Q What is /v1/models?
    Q How do I list the models?
    Q Which models are available?
    Q What does /v1/models do?
    H How can I see the list of models?

    A POST /v1/chat/completions takes a list of messages and returns the next one. It is the main endpoint.
    Q What is /v1/chat/completions?
    Q Which endpoint do I use to chat?
    Q How do I send a chat request?
    Q What does /v1/chat/completions do?
    H Which endpoint is for chatting?

    A Press Ctrl+C in the terminal where the server runs.
    Q How do I stop Hearth?
    Q How do I stop the server?
    Q How can I quit?
    Q How do I shut it down?
    Q How do I exit the server?
    Q How do I end the program?
    H How can I shut down the server?
    H How do I turn Hearth off?

    A Many. Hearth puts their requests into one batch, so they are answered at the same time.
    Q How many users can use Hearth at once?
    Q Can several people use it at the same time?
    Q Does it serve many users?
    Q Can Hearth answer several requests at once?
    Q How many requests can run in parallel?
    H Can many people use the server together?

    A Hearth is written in Python.
    Q Which language is Hearth written in?
    Q What is Hearth written in?
    Q Is Hearth written in Python?
    Q Which programming language do you use?
    H In which programming language was Hearth made?

    A Hearth uses aiohttp, mlx-lm, orjson, pydantic and loguru.
    Q Which libraries does Hearth use?
    Q What are the dependencies?
    Q Which packages does it need?
    Q What does Hearth depend on?
    H Which Python packages does Hearth need?

    A The queue is full. Wait a moment and send the request again.
    Q Why do I get status 429?
    Q What does error 429 mean?
    Q I get a 429 error, why?
    Q The server says 429
    H What should I do about a 429?

    A Send a POST request with curl to http://127.0.0.1:8000/v1/chat/completions, with a JSON body that has "model" and "messages".
    Q How do I call it with curl?
    Q Can I use curl?
    Q Show me a curl example.
    Q How do I send a request with curl?
    H How can I use curl with Hearth?

    A Open http://127.0.0.1:8000/ in your browser.
    Q Is there a web page?
    Q Can I use a browser?
    Q How do I open the chat page?
    Q What is at /?
    H How can I use Hearth in a browser?

    A Because I am tiny. I have about 2 million weights; real models have billions. Serve a bigger model for real answers.
    Q Why are you so bad?
    Q Why are your answers wrong?
    Q Why don't you know anything?
    Q Why are you so dumb?
    Q You are not very smart.
    Q Why are you so limited?
    H Why do you know so little?

    A Batching keeps the hardware busy: reading the weights once per step serves all requests of the batch.
    Q Why is batching useful?
    Q Why do you batch requests?
    Q What is the advantage of batching?
    Q Why does batching help?
    Q Why is batching faster?
    H What is batching good for?

    A Long prompts take longer to prefill. A shorter prompt, or one that starts like an earlier one, gives a faster first token.
    Q Why is the first token slow?
    Q How can I reduce TTFT?
    Q Why does it take long to start answering?
    Q How do I get a faster first token?
    H How can I lower the time to first token?"""
)

DEMO = parse_topics(
    """A I'm hearth-tiny-demo, a tiny demo model that comes with Hearth. I can tag coin news, answer questions about Hearth and chat a little.
    Q Who are you?
    Q What are you?
    Q What is your name?
    Q What's your name?
    Q Introduce yourself.
    Q Which model are you?
    Q What model is this?
    Q Tell me about yourself.
    Q Who am I talking to?
    Q Are you a demo model?
    Q What is the demo model?
    Q What is hearth-tiny-demo?
    Q How are you called?
    H Can you introduce yourself?
    H What model am I talking to?
    H Tell me who you are.

    A I can turn a coin-news article into JSON, answer questions about Hearth, call a tool, tell a short story and make small talk. That's all.
    Q What can you do?
    Q What are your skills?
    Q How can you help me?
    Q What can I ask you?
    Q Help
    Q What are you good at?
    Q What do you know?
    Q Can you help me?
    Q What are you able to do?
    H What kind of things can you do?
    H What could I ask you?

    A I was trained from scratch on text that a script of this project makes. The script is in models/training.
    Q How were you trained?
    Q Who trained you?
    Q Where does your training data come from?
    Q How were you made?
    Q Who made you?
    Q What were you trained on?
    Q Who created you?
    H On which data were you trained?
    H How did you learn?

    A I have about 2 million parameters and fit into a few megabytes.
    Q How big are you?
    Q How many parameters do you have?
    Q What is your size?
    Q How large is the demo model?
    Q How small are you?
    H What is the number of your parameters?

    A No. I am a computer program, a very small language model.
    Q Are you human?
    Q Are you a person?
    Q Are you a real person?
    Q Are you alive?
    Q Are you a robot?
    Q Do you have feelings?
    Q Are you an AI?
    H Am I talking to a human?

    A No. I am only a demo. Don't use my output for decisions about money.
    Q Can I use you for real analysis?
    Q Should I trade on your answers?
    Q Are your answers reliable?
    Q Can I trust you?
    Q Is your analysis good?
    Q Should I trust your sentiment?
    Q Can you give me financial advice?
    Q Should I buy Bitcoin?
    H Can I rely on what you say?
    H Would you tell me which coin to buy?

    A I can answer in English and in a little Korean.
    Q Which languages do you speak?
    Q What languages do you know?
    Q Do you speak Korean?
    Q Do you speak English?
    Q Can you speak Korean?
    Q Do you speak German?
    H In which languages can you answer?

    A No, I'm not ChatGPT and not Qwen. I'm hearth-tiny-demo, made for Hearth.
    Q Are you ChatGPT?
    Q Are you Qwen?
    Q Are you GPT-4?
    Q Were you made by OpenAI?
    Q Were you made by Alibaba?
    Q Are you Claude?
    H Is this ChatGPT?

    A Just paste an article about a coin. I answer with its coin, its sentiment and a reason, as JSON.
    Q How do I analyse an article?
    Q How do I get a sentiment?
    Q Can you analyse news?
    Q Can you analyse an article for me?
    Q How does the news analysis work?
    Q How do I use the article analysis?
    H How can I have an article analysed?
    H What do I do to get news analysed?

    A I can't look up live prices without a tool.
    Q What is the price of Bitcoin?
    Q How much is Ethereum?
    Q What is BTC worth today?
    Q How much does Solana cost?
    Q Tell me the price of Dogecoin.
    H How much does Cardano cost?"""
)

TOPICS = concept_topics(CONCEPTS) + HOW_TO + DEMO
