// Where OAuth clients look for the API's metadata (docs/credentials.md).
export { GET, HEAD, OPTIONS } from "../../../api/[...path]/route.ts";
