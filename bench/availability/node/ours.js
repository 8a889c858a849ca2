// Ours, as rows and as one compact value; and what a query costs that does nothing.

const rowsQuery = { name: 'rows', text: 'SELECT * FROM find_available_slots($1, $2, $3, $4)' }
const compactQuery = { name: 'compact', text: 'SELECT find_available_slots_json($1, $2, $3, $4) AS found' }
const values = (question) => [question.service, question.from, question.to, question.employee]

export async function rows(client, question) {
  const { rows: found } = await client.query({ ...rowsQuery, values: values(question) })
  return found
}

export async function compact(client, question) {
  const { rows: [{ found }] } = await client.query({ ...compactQuery, values: values(question) })
  return found
}

export const nothing = (client) => client.query({ name: 'nothing', text: 'SELECT 1' })
