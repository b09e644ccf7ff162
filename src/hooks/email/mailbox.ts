/** The mailbox that reports go to. Its local part is a secret: whoever knows it may write to the mailbox. */

export const secretForm = 'a local part that cannot be guessed: 20 to 64 lower-case letters and digits';

export const isSecret = (text: string) => /^[a-z0-9]{20,64}$/.test(text);
