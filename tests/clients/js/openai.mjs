// OpenAI's client for JavaScript: `node openai.mjs BASE_URL CASE` prints what it finds.
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { QUESTION, Verdict, getWeather, run, tool } from './cases.mjs'

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 })
const completions = client.chat.completions
const ask = { model: 'default', messages: [{ role: 'user', content: QUESTION }] }

const cases = {
  async chat() {
    const answer = await completions.create(ask)
    return answer.choices[0].message.content
  },

  async stream() {
    let text = ''
    for await (const chunk of await completions.create({ ...ask, stream: true })) {
      text += chunk.choices[0].delta.content ?? ''
    }
    return text
  },

  async tools() {
    const callable = { ...tool, function: getWeather, parse: JSON.parse }
    const tools = [{ type: 'function', function: callable }]
    return await completions.runTools({ ...ask, stream: true, tools }).finalContent()
  },

  async structured() {
    const response_format = zodResponseFormat(Verdict, 'verdict')
    const answer = await completions.parse({ ...ask, temperature: 0, response_format })
    return answer.choices[0].message.parsed
  },

  async error() {
    await completions.create({ ...ask, model: 'gpt-4o' })
  },

  async leave() {
    const stream = await completions.create({ ...ask, stream: true, ignore_eos: true })
    for await (const _ of stream) break
    return 'left'
  },
}

await run(cases, (error) => error instanceof OpenAI.APIError)
