"""The configuration of the tests' Dovecot, in the words of the version at hand: 2.3 (Debian 12) or 2.4 (Debian 13).

What both read alike stands once; what 2.4 has named anew stands in two ways.  Values in braces are filled in.
"""
import os
import re
import subprocess

ENVIRONMENT = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}  # who is not root need not have them

SAME = """
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/dovecot.log
protocols = imap
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4
auth_mechanisms = plain login scram-sha-256 {token_mechanisms}
auth_failure_delay = 0
mail_fsync = never
maildir_very_dirty_syncs = no
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 1
{users}
ssl = yes
ssl_min_protocol = TLSv1.2
service imap-login {{
  chroot =
  client_limit = 200
  process_min_avail = 1
  {any_number}
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  client_limit = 1
  process_limit = 100
}}
service anvil {{
  chroot =
  # who has just failed to log in is not made to wait
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    special_use = \\Trash
  }}
  mailbox "Old mails" {{
    special_use = \\Archive
  }}
}}
"""

CONF_23 = """
disable_plaintext_auth = no
mail_location = maildir:{dir}/mail/%u
{tokens}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Ld {dir}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
ssl_cert = <{dir}/good.pem
ssl_key = <{dir}/good.key
"""

CONF_24 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {dir}/mail/%{{user}}
{tokens}
passdb passwd-file {{
  passwd_file_path = {dir}/passwords
  default_password_scheme = PLAIN
  auth_username_format = %{{user | domain | lower}}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {dir}/mail/%{{user}}
  }}
}}
ssl_server_cert_file = {dir}/good.pem
ssl_server_key_file = {dir}/good.key
"""

LOCAL_23 = """
local {address} {{
  ssl_cert = <{dir}/{name}.pem
  ssl_key = <{dir}/{name}.key
}}
"""

LOCAL_24 = """
local {address} {{
  ssl_server_cert_file = {dir}/{name}.pem
  ssl_server_key_file = {dir}/{name}.key
}}
"""

# tokens are signed (RFC 7519) with a key that the server knows, so nobody need be asked about them
TOKENS_23 = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf
}}
"""
OAUTH2_23 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
"""

TOKENS_24 = """
oauth2 {{
  introspection_mode = local
}}
oauth2_local_validation {{
  dict fs {{
    fs posix {{
      prefix = {dir}/keys/
    }}
  }}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
"""


def installed_version():
    """Such as (2, 3, 19)."""
    said = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True,
                          env=ENVIRONMENT).stdout
    return tuple(int(n) for n in re.match(r"(\d+)\.(\d+)\.(\d+)", said).groups())


def files(version, locals_, tokens, **values):
    """File name -> content.  locals_: (address, name of the certificate) of those that show another than "good"."""
    values["token_mechanisms"] = "xoauth2 oauthbearer" if tokens else ""
    if version >= (2, 4):
        own = "{0}.{1}.{2}".format(*version)
        head = f"dovecot_config_version = {own}\ndovecot_storage_version = {own}\n"
        body, local, token_part = CONF_24, LOCAL_24, TOKENS_24
        values["any_number"] = "restart_request_count = unlimited"
    else:
        head, body, local, token_part = "", CONF_23, LOCAL_23, TOKENS_23
        values["any_number"] = "service_count = 0"
    values["tokens"] = token_part.format(**values) if tokens else ""
    conf = head + (SAME + body).format(**values) + "".join(
        local.format(address=address, name=name, **values) for address, name in locals_)
    return {"dovecot.conf": conf, "oauth2.conf": OAUTH2_23.format(**values)}
