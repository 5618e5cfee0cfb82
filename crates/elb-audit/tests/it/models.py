"""Tries scripts/models.py with a table, and with models, that are not as they should be.

usage: models.py FOLDER, for what it writes
"""

import json
import pathlib
import subprocess
import sys

from botocore.loaders import Loader

FOLDER = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(__file__).parents[4]
SCRIPT, TABLE = ROOT / "scripts/models.py", ROOT / "scripts/models.tsv"


def run(*arguments):
    """Code, the faults, and the last line of a run."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    *faults, line = done.stdout.splitlines() or [""]
    return done.returncode, faults, line + done.stderr


def expect(what, code, given):
    """Fails unless a run ends so, with these faults and no others."""
    if (given[0], sorted(given[1])) != (code, sorted(what)):
        came = "\n".join([f"came {given[0]}", *given[1], given[2]])
        sys.exit("\n".join([f"expected {code}", *what, came]))


def table(name, *changes):
    """The table with texts replaced, each of which stands in it once."""
    text = TABLE.read_text()
    for old, new in changes:
        if text.count(old) != 1:
            sys.exit(f"{old!r} stands in the table {text.count(old)} times")
        text = text.replace(old, new)
    path = FOLDER / name
    path.write_text(text)
    return path


def new_lines():
    """A table that says too little, and too much."""
    lines = (
        "elbv2\tfield\tListener\tleft-out\tSslPolicy\tof no use\n",
        "elbv2\tfield\tListener\tleft-out\tNeverThere\tgone\n",
        "elbv2\tfield\tCipher\tread\tPriority\tservices/elbv2/ssl_policies.rs#ssl_policy\n",
        "elbv2\tfield\tRule\tread\tIsDefault\tservices/elbv2/rules.rs#nowhere\n",
        "waf-regional\tfield\tWebACLSummary\tread\tName\tservices/waf_regional.rs#Acl\n",
    )
    return "".join(lines)


def altered_table():
    gone = [
        ("elbv2\tfield\tCipher\tleft-out\t", "Priority", "Preference"),
        ("elbv2\tfield\tRule\tleft-out\t", "IsDefault", "Default"),
        ("waf-regional\tfield\tWebACLSummary\tleft-out\t", "Name", "Alias"),
        ("shield\tfield\tProtection\t", "read\tResourceArn", "left-out\tResourceArn"),
        ("apigatewayv2\tword\tConnectionType\tread\t", "VPC_LINK", "VPC"),
        ("elbv2\tattribute\tLoadBalancerAttribute\tread\t", "waf.fail_open.enabled", "waf.gone"),
    ]
    gone = [(f"{line}{old}\t", f"{line}{new}\t") for line, old, new in gone]
    path = table("altered.tsv", *gone)
    path.write_text(path.read_text() + new_lines())
    gone = "is no longer in the models, or below what is left out"
    expect(
        [
            "apigatewayv2 word ConnectionType.VPC_LINK is new",
            "elbv2 attribute LoadBalancerAttribute.waf.fail_open.enabled is new",
            "elbv2 field Listener.SslPolicy stands in the table twice",
            f"apigatewayv2 word ConnectionType.VPC {gone}",
            f"elbv2 attribute LoadBalancerAttribute.waf.gone {gone}",
            f"elbv2 field Cipher.Preference {gone}",
            f"elbv2 field Listener.NeverThere {gone}",
            f"elbv2 field Rule.Default {gone}",
            f"waf-regional field WebACLSummary.Alias {gone}",
            "elbv2 field Cipher.Priority is not read at services/elbv2/ssl_policies.rs#ssl_policy",
            "services/elbv2/rules.rs#nowhere is nowhere, and elbv2 field Rule.IsDefault is said to be read there",
            "waf-regional field WebACLSummary.Name is not read at services/waf_regional.rs#Acl",
            "services/shield.rs#ProtectionJson reads ResourceArn, which the table does not say",
        ],
        1,
        run("--table", path),
    )


def altered_models():
    model = Loader().load_service_model("elbv2", "service-2")
    shapes = model["shapes"]
    shapes["LoadBalancer"]["members"]["Sandbox"] = {"shape": "VpcId"}
    del shapes["LoadBalancer"]["members"]["CustomerOwnedIpv4Pool"]
    shapes["LoadBalancerTypeEnum"]["enum"].append("proxy")
    shapes["LoadBalancerAttribute"]["members"]["Key"]["documentation"] += "<li><p><code>sand.box</code></p></li>"
    folder = FOLDER / "models/elbv2/2015-12-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model))
    said = FOLDER / "summary.md"
    expected = [
        "elbv2 attribute LoadBalancerAttribute.sand.box is new",
        "elbv2 field LoadBalancer.CustomerOwnedIpv4Pool is no longer in the models, or below what is left out",
        "elbv2 field LoadBalancer.Sandbox is new",
        "elbv2 word LoadBalancerTypeEnum.proxy is new",
    ]
    expect(expected, 1, run("--data", FOLDER / "models", "--summary", said))
    text = said.read_text()
    if not all(f"\n- {fault}\n" in text for fault in expected) or "3 unknown" not in text:
        sys.exit(f"the summary is\n{text}")


def other_botocore():
    import botocore

    own = pathlib.Path(botocore.__file__).parents[1]
    here = run()
    expect([], 0, here)
    if run("--botocore", own) != here:
        sys.exit("the same botocore, named, gives something else")
    code, _, said = run("--botocore", FOLDER)
    if not code or "there is no botocore in" not in said:
        sys.exit(f"a folder without botocore gives {code}: {said}")
    print(here[2])


altered_table()
altered_models()
other_botocore()
