/** Makes a tenant with this name. Returns a key of it for both dialects, which no limit stops. Throws when the service refuses. */
export async function newKey(url: string, adminToken: string, name: string): Promise<string> {
  const post = async (path: string, json: object) => {
    const answer = await fetch(`${url}/admin/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string; key: string };
  };
  const { id } = await post('/tenants', { name });
  const rateLimit = { limit: 1_000_000, windowSeconds: 1 };
  const { key } = await post(`/tenants/${id}/keys`, { name, scopes: ['ingest', 'accounts:all'], rateLimit });
  return key;
}
