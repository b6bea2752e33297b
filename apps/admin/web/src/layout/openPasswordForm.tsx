/** Lets a person change their password. */
export function openPasswordForm(): void {}
