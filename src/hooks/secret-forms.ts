/** The form of a secret, for each provider that has one. */
import { Failure } from '../core/failure.ts';
import { invalid } from '../platform/problem.ts';
import * as email from './email/mailbox.ts';
import type { Provider } from './provider.ts';
import { providers } from './providers.ts';

const forms = new Map<string, Pick<Provider, 'secretForm' | 'isSecret'>>([...providers, ['email', email]]);

/** Throws `hook.not_found` for an unknown provider, and 422 `secret.invalid` for a secret that has not the form of this provider's. */
export async function requireSecretForm(provider: string, secret: string): Promise<void> {
  const form = forms.get(provider);
  if (!form) throw new Failure('hook.not_found');
  if (!(await form.isSecret(secret)))
    throw invalid('/secret', 'secret.invalid', `This must be ${form.secretForm}.`);
}
