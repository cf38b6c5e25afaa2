// The certified oidc-provider of npm, on TLS, with one client; its own pages ask for the consent.
// Any name may sign in, and is the token's subject.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const known = JSON.parse(readFileSync(process.argv[2]));
const at = createRequire(known.installed + '/').resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(at));

const provider = new Provider(known.issuer, {
  clients: [{
    client_id: known.client_id,
    client_secret: known.client_secret,
    redirect_uris: known.redirect_uris,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  async findAccount(ctx, id) {
    return { accountId: id, async claims() { return { sub: id, email: `${id}@example.test` }; } };
  },
  claims: { openid: ['sub', 'email'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: true } },
});
const key = readFileSync(known.at + '/tls.key');
const cert = readFileSync(known.at + '/tls.pem');
createServer({ key, cert }, provider.callback()).listen(known.port, '127.0.0.1');
