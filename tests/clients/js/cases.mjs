// What the clients are asked for, as in ../cases.py, and how they say what they found.
import { z } from 'zod'

export const QUESTION = 'What is the weather in Oslo?'

export const Verdict = z.object({
  direction: z.enum(['up', 'down', 'flat']),
  is_certain: z.boolean(),
  days: z.number().int().min(0).max(30),
})

export const tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
}

export function getWeather({ city }) {
  if (city !== 'Oslo') throw new Error(`asked for ${city}`)
  return '12 degrees and rain'
}

function find(finding) {
  console.log(JSON.stringify(finding))
}

// Runs the case that was asked for; isOwn tells whether an error is of the client's own class.
// It stays until its standard input is closed: what a client leaves is not to be tidied up by the
// end of its process.
export async function run(cases, isOwn) {
  try {
    find(await cases[process.argv[3]]())
  } catch (error) {
    find({ isOwn: isOwn(error), message: error.message })
  }
  process.stdin.resume()
}
