/** Says on the landing page whether the service is healthy. */
const output = document.getElementById('health');
output.textContent = 'checking …';
try {
  const answer = await fetch('/health');
  const { status, schemaVersion } = await answer.json();
  output.textContent = status === 'ok' ? `ok, with the tables of ${schemaVersion}` : status;
} catch {
  output.textContent = 'no answer';
}
