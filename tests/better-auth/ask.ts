// Asks the proxy at BETTER_AUTH_URL for the path in the arguments, and fails unless it answers 200.
import assert from "node:assert/strict";

const asked = fetch(new URL(process.argv[2], process.env.BETTER_AUTH_URL));
console.log("asked");
const response = await asked;
assert.equal(response.status, 200);
