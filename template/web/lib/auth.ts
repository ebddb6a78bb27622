import { randomUUID } from "node:crypto";
import { betterAuth } from "better-auth";
import { bearer, jwt } from "better-auth/plugins";
import { database } from "./database";

export const auth = betterAuth({
  database,
  emailAndPassword: { enabled: true },
  user: {
    additionalFields: {
      // The id that the API's rows refer to. Never let a client choose it.
      uuid: { type: "string", required: true, unique: true, input: false, defaultValue: () => randomUUID() },
      role: { type: "string", required: false, input: false, defaultValue: "user" },
    },
  },
  plugins: [
    jwt({
      jwks: { keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
      jwt: {
        definePayload: ({ user, session }) => ({
          uuid: user.uuid,
          email: user.email,
          name: user.name,
          role: user.role ?? "user",
          permissions: [],
          ...(session.activeOrganizationId ? { organization_id: session.activeOrganizationId } : {}),
        }),
      },
    }),
    bearer(),
  ],
});
