/** The one account of the local AWS; the emulator's default. */
export const accountId = "123456789012";
