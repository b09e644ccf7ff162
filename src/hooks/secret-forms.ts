/** The form of a secret, for each provider that has one. */
import * as email from './email/mailbox.ts';
import type { Provider } from './provider.ts';
import { providers } from './providers.ts';

const forms: Record<string, Pick<Provider, 'secretForm' | 'isSecret'>> = { ...providers, email };

/** '' for a secret of the right form; otherwise the form that it should have, in words for people; null for an unknown provider. */
export async function secretFault(provider: string, secret: string): Promise<string | null> {
  const form = Object.hasOwn(forms, provider) ? forms[provider] : undefined;
  if (!form) return null;
  return (await form.isSecret(secret)) ? '' : form.secretForm;
}
