export const NAME = "my-api";
