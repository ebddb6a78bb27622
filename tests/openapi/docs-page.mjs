// Opens /docs in Debian's Chromium as a person would: authorizes, tries an operation out, and takes a picture.
// node docs-page.mjs URL TOKEN PICTURE
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, token, picture] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'docs-page-'));
const browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width: 1200, height: 1400 },
});
try {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const complaints = [];
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', error => complaints.push(error.message));
    page.on('request', request => {
        const place = new URL(request.url());
        if (place.protocol.startsWith('http') && place.origin !== url) complaints.push(`asked ${place.origin}`);
    });

    await page.goto(`${url}/docs`);
    await page.locator('.auth-wrapper .btn.authorize').click();
    await page.locator('.auth-container input').first().fill(token);
    await page.locator('.auth-container .btn.authorize').click();
    await page.locator('.auth-container .btn-done').click();

    const operation = page.locator('#operations-me-get_me');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.try-out__btn').click();
    await operation.locator('.execute').click();
    const status = operation.locator('.live-responses-table .response .response-col_status');
    assert.match(await status.first().innerText(), /^200/);
    const body = await operation.locator('.live-responses-table .response .microlight').first().innerText();
    assert.ok(JSON.parse(body).uuid, body);
    await operation.scrollIntoViewIfNeeded();
    await page.screenshot({ path: picture });
    assert.deepEqual(complaints, []);
    console.log(`/docs: authorized, GET /api/me answered 200; ${picture}`);
} finally {
    await browser.close();
    rmSync(profile, { recursive: true });
}
