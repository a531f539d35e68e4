// Vercel's AI SDK with its provider for servers like OpenAI's: `node ai_sdk.mjs BASE_URL CASE`.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, Output, generateText, isStepCount, streamText, tool as aiTool } from 'ai'
import { z } from 'zod'
import { QUESTION, Verdict, getWeather, run, tool } from './cases.mjs'

const hearth = createOpenAICompatible({
  name: 'hearth',
  baseURL: process.argv[2],
  includeUsage: true,
  supportsStructuredOutputs: true,
})
const ask = { model: hearth('default'), prompt: QUESTION, maxRetries: 0 }

// What it finds in a stream; an error there is a part of the stream.
async function textOf(result) {
  let text = ''
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error
    if (part.type === 'text-delta') text += part.text
  }
  return text
}

const cases = {
  async chat() {
    return (await generateText(ask)).text
  },

  async stream() {
    return await textOf(streamText({ ...ask, onError() {} }))
  },

  async tools() {
    const weather = aiTool({
      description: tool.description,
      inputSchema: z.object({ city: z.string() }),
      execute: getWeather,
    })
    const tools = { [tool.name]: weather }
    return await textOf(streamText({ ...ask, tools, stopWhen: isStepCount(5) }))
  },

  async structured() {
    const output = Output.object({ schema: Verdict })
    return (await generateText({ ...ask, temperature: 0, output })).output
  },

  async error() {
    await generateText({ ...ask, model: hearth('gpt-4o') })
  },

  async leave() {
    const controller = new AbortController()
    const providerOptions = { hearth: { ignore_eos: true } }
    const result = streamText({ ...ask, providerOptions, abortSignal: controller.signal })
    for await (const _ of result.textStream) controller.abort()
    return 'left'
  },
}

// An error within a stream is passed on as the object that the server sent.
await run(cases, (error) => error.type === 'server_error' || APICallError.isInstance(error))
