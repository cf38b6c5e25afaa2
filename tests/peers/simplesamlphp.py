"""SimpleSAMLphp of Debian as a SAML identity provider, with a configuration of its own.

https://simplesamlphp.org/docs/1.19/simplesamlphp-idp.html
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.peers.processes import free_port, running
from tests.peers.provider import SamlPeer, ServiceProvider, key_pair, say

WWW = Path("/usr/share/simplesamlphp/www")

_CONFIG = """<?php
$config = [
  'baseurlpath' => '%(url)s/',
  'certdir' => '%(at)s/', 'loggingdir' => '%(at)s/', 'datadir' => '%(at)s/',
  'tempdir' => '%(at)s/tmp', 'metadatadir' => '%(at)s/metadata/',
  'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
  'technicalcontact_name' => 'x', 'technicalcontact_email' => 'x@example.org',
  'secretsalt' => 'abcdefghijklmnopqrstuvwxyz012345', 'auth.adminpassword' => 'adminpw',
  'admin.checkforupdates' => false, 'timezone' => 'UTC',
  'logging.level' => SimpleSAML\\Logger::INFO, 'logging.handler' => 'file',
  'logging.logfile' => 'ssp.log', 'showerrors' => true, 'errorreporting' => true,
  'enable.saml20-idp' => true,
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false, 'session.cookie.samesite' => null,
  'language.cookie.secure' => false, 'language.cookie.samesite' => null,
  'session.phpsession.savepath' => '%(at)s/tmp', 'store.type' => 'phpsession',
  'language.available' => ['en'], 'language.default' => 'en', 'theme.use' => 'default',
  'production' => true, 'metadata.sources' => [['type' => 'flatfile']],
  'authproc.idp' => [], 'authproc.sp' => [], 'trusted.url.domains' => null,
];
"""
# The person's attributes are read anew at each sign-in.
_AUTHSOURCES = """<?php
$config = [
  'admin' => ['core:AdminPassword'],
  'people' => array_merge(
    ['exampleauth:UserPass'], json_decode(file_get_contents('%(at)s/people.json'), true)),
];
"""
_HOSTED = """<?php
$metadata['__DYNAMIC:1__'] = [
  'host' => '__DEFAULT__', 'privatekey' => 'key.pem', 'certificate' => 'certificate.pem',
  'auth' => 'people', 'userid.attribute' => 'uid',
  'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
];
"""
_REMOTE = """<?php
$metadata['%(entity_id)s'] = [
  'AssertionConsumerService' => '%(acs)s',
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'simplesaml.nameidattribute' => 'uid', 'simplesaml.attributes' => true,
];
// Under our own name assertions are encrypted, and logouts signed on both sides.
$metadata['%(own_entity_id)s'] = $metadata['%(entity_id)s'] + [
  'SingleLogoutService' => '%(logout)s', 'certData' => '%(certificate)s',
  'assertion.encryption' => true, 'sign.logout' => true, 'validate.logout' => true,
];
"""


def missing() -> str:
    """What is not installed; "" when all is."""
    return "" if WWW.is_dir() and shutil.which("php") else "SimpleSAMLphp"


@contextmanager
def started(at: Path, sp: ServiceProvider) -> Iterator[SamlPeer]:
    """The provider, which knows one service provider."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for folder in ("config", "metadata", "tmp"):
        (at / folder).mkdir(parents=True)
    key_pair(at)
    values = {"url": url, "at": at, "acs": sp.acs, "entity_id": sp.entity_id}
    values |= {"own_entity_id": sp.own_entity_id, "logout": sp.logout}
    values["certificate"] = "".join(sp.certificate.split())
    for name, text in (
        ("config/config.php", _CONFIG),
        ("config/authsources.php", _AUTHSOURCES),
        ("metadata/saml20-idp-hosted.php", _HOSTED),
        ("metadata/saml20-sp-remote.php", _REMOTE),
    ):
        (at / name).write_text(text % values)
    peer = SamlPeer(
        name="SimpleSAMLphp",
        metadata_url=f"{url}/saml2/idp/metadata.php",
        start_url=f"{url}/saml2/idp/SSOService.php?{urlencode({'spentityid': sp.entity_id})}",
        people=at / "people.json",
        user_field="Username",
    )
    say(peer, {})
    quiet = ("-d", "display_errors=0", "-d", "error_reporting=0")
    with running(
        ["php", *quiet, "-S", f"127.0.0.1:{port}", "-t", WWW],
        peer.metadata_url,
        at / "server.log",
        {"SIMPLESAMLPHP_CONFIG_DIR": str(at / "config"), "PHP_CLI_SERVER_WORKERS": "2"},
    ):
        yield peer
