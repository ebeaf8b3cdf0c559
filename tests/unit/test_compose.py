"""docker-compose.yml by its structure: no image was pulled here, so what can be read is checked hard."""

import copy
import json
import re
from pathlib import Path

import compose_spec
import pytest
import yaml

from khuyencong.airflow.home import shared_settings

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = {
    "postgres", "airflow-init", "airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer",
    "sftp", "mail",
}  # fmt: skip
ONE_SHOT = {"airflow-init"}
PEERS = {"sftp", "mail"}  # of no use to anybody without the others, and they wait for nobody
# By deploy/new-secrets, and by who wants a folder of submissions.
MADE_LATER = {"./deploy/secrets/sftp", "./deploy/secrets/sources", "./.kc/inbox"}
EXACT_TAG = re.compile(r"^[a-z0-9./-]+:(?=[^:]*\d+\.\d+)[a-z0-9][\w.-]*$")
SECRET_NAME = re.compile(r"password|secret|fernet|token|_key$|sql_alchemy_conn|database_url", re.IGNORECASE)
CREDENTIALS_IN_ADDRESS = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def filled(value):
    """A value with Compose's variables at their defaults and its escaped dollars resolved."""
    if isinstance(value, dict):
        return {key: filled(part) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part) for part in value]
    if isinstance(value, str):
        return re.sub(r"\$\{\w+:([-+])([^}]*)\}", lambda m: m[2] if m[1] == "-" else "", value).replace("$$", "$")
    return value


@pytest.fixture(scope="module")
def compose():
    return filled(yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8")))


def faults(compose):
    """Every rule of ours that a compose document breaks, as sentences."""
    found = []
    for name, service in compose["services"].items():
        found += [f"{name}: {sentence}" for sentence in _faults_of(name, service, compose)]
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    if used != set(compose["secrets"]):
        found.append(f"secrets declared and used differ: {used ^ set(compose['secrets'])}")
    found += [f"secret {name} is no file" for name, secret in compose["secrets"].items() if list(secret) != ["file"]]
    return found


def _faults_of(name, service, compose):
    if not EXACT_TAG.match(service.get("image", "")):
        yield "no image by exact tag"
    if service.get("restart") != ("no" if name in ONE_SHOT else "unless-stopped"):
        yield "restart policy"
    if not {"test", "interval", "timeout", "retries"} <= set(service.get("healthcheck", {})):
        yield "no healthcheck"
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    if not {"cpus", "memory", "pids"} <= set(limits):
        yield "no limits"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain rights"
    if not all(isinstance(file, str) for file in service.get("env_file", [])):
        yield "env_file in its long form, which the parser does not read"
    if "max-size" not in service.get("logging", {}).get("options", {}):
        yield "logs grow without end"
    for port in service.get("ports", []):
        if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port)):
            yield f"port {port} is not on loopback"
    for key, value in service.get("environment", {}).items():
        if not isinstance(value, str):
            yield f"{key} is not text"
        elif CREDENTIALS_IN_ADDRESS.search(value):
            yield f"{key} holds a password"
        elif SECRET_NAME.search(key) and not value.startswith("/"):
            yield f"{key} is set in the file"
    for other, how in service.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        if how != {"condition": wanted}:
            yield f"does not wait for {other} to be {wanted}"
        if other not in compose["services"]:
            yield f"depends on {other}, which is not there"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith((".", "/")) and source not in compose["volumes"]:
            yield f"volume {source} is not declared"
        if source.startswith("/") or "docker.sock" in volume:
            yield f"volume {source} is a path of one machine"
    if service.get("privileged") or service.get("network_mode") == "host":
        yield "has the rights of the host"


def test_the_file_keeps_every_rule(compose):
    assert faults(compose) == []


def test_services_are_postgres_those_of_airflow_3_an_inbox_and_a_mail_sink(compose):
    assert set(compose["services"]) == SERVICES
    waiting = {name for name, service in compose["services"].items() if "postgres" in service.get("depends_on", {})}
    assert waiting == SERVICES - PEERS - {"postgres"}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("postgres", "image"), "postgres:latest", "exact tag"),
        (("postgres", "image"), "postgres", "exact tag"),
        (("postgres", "ports"), ["5432:5432"], "loopback"),
        (("postgres", "ports"), ["0.0.0.0:5432:5432"], "loopback"),
        (("postgres", "healthcheck"), {}, "healthcheck"),
        (("airflow-init", "healthcheck"), {}, "healthcheck"),
        (("mail", "ports"), ["8025:8025"], "loopback"),
        (("sftp", "ports"), ["22:22"], "loopback"),
        (("sftp", "security_opt"), [], "may gain rights"),
        (("airflow-scheduler", "depends_on", "postgres", "need"), True, "service_healthy"),
        (("airflow-scheduler", "deploy"), {}, "limits"),
        (("airflow-scheduler", "restart"), "no", "restart"),
        (("airflow-scheduler", "depends_on"), {"postgres": {"condition": "service_started"}}, "service_healthy"),
        (("airflow-scheduler", "environment", "KC_DATABASE_URL"), "postgresql://kc@postgres/kc", "set in the file"),
        (("airflow-scheduler", "environment", "ADDRESS"), "postgresql://kc:kc@postgres/kc", "holds a password"),
        (("airflow-scheduler", "secrets"), ["elsewhere"], "differ"),
        (("airflow-scheduler", "volumes"), ["/srv/data:/data"], "one machine"),
    ],
)
def test_each_rule_can_be_broken(compose, path, value, sentence):
    broken = copy.deepcopy(compose)
    place = broken["services"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert any(sentence in fault for fault in faults(broken))


def test_versions_are_those_of_the_lock(compose):
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    airflow = re.search(r"^apache-airflow==(\S+)$", lock, re.MULTILINE).group(1)
    dockerfile = (PROJECT / "deploy/Dockerfile").read_text(encoding="utf-8")
    assert f"FROM apache/airflow:{airflow}-python3.11\n" in dockerfile
    images = {name: service["image"] for name, service in compose["services"].items()}
    assert {image for name, image in images.items() if name.startswith("airflow")} == {f"khuyencong/airflow:{airflow}-python3.11"}
    version = re.search(r'^version = "(.+)"$', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    assert images["sftp"] == f"khuyencong/sftp:{version}"
    assert re.search(r"^FROM debian:\d+\.\d+-slim$", (PROJECT / "deploy/sftp/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert compose["services"]["postgres"]["image"].startswith("postgres:18.")


def test_tasks_alone_reach_the_warehouse(compose):
    """With LocalExecutor tasks run in the scheduler; the other services of Airflow need no warehouse."""
    holders = {name for name, service in compose["services"].items() if "warehouse_password" in service.get("secrets", [])}
    assert holders == {"postgres", "airflow-scheduler"}
    assert "/inbox:ro" in " ".join(compose["services"]["airflow-scheduler"]["volumes"])


def test_settings_of_airflow_have_one_home(compose):
    """`make airflow` reads the same file; what stands in both would differ one day."""
    shared = shared_settings()
    for name, service in compose["services"].items():
        is_airflow = service["image"].startswith("khuyencong/airflow:")
        assert service.get("env_file", []) == (["deploy/airflow/airflow.env"] if is_airflow else []), name
        assert not set(shared) & set(service.get("environment", {})), name
    assert not any(SECRET_NAME.search(name) or "$" in value for name, value in shared.items())


def copied(dockerfile):
    """What a Dockerfile copies out of its context."""
    lines = re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", (PROJECT / dockerfile).read_text(encoding="utf-8"), re.MULTILINE)
    return [source for line in lines for source in line.split()]


def test_files_that_the_services_need_are_there(compose):
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and source not in MADE_LATER:
                assert (PROJECT / source).exists(), source
        if "build" in service:
            context = PROJECT / service["build"]["context"]
            assert (context / service["build"].get("dockerfile", "Dockerfile")).is_file()
    assert all((PROJECT / "deploy/sftp" / source).is_file() for source in copied("deploy/sftp/Dockerfile"))
    sources = copied("deploy/Dockerfile")
    assert sources and all((PROJECT / source).exists() for source in sources)
    let_in = (PROJECT / "deploy/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{source}" for source in sources} <= set(let_in)


def test_secrets_stay_out_of_git():
    assert "secrets/" in (PROJECT / "deploy/.gitignore").read_text(encoding="utf-8").splitlines()


def test_mail_ends_in_the_sink_and_the_sink_sends_none_on(compose):
    scheduler, mail = compose["services"]["airflow-scheduler"], compose["services"]["mail"]
    assert scheduler["environment"]["KC_SMTP"] == "mail:1025"
    assert scheduler["environment"]["KC_MAIL_FROM"].endswith(".invalid")
    assert not [name for name in mail["environment"] if re.search("RELAY|FORWARD|WEBHOOK", name)]
    # Its SMTP port is for the services only.
    assert [port.rsplit(":", 1)[1] for port in mail["ports"]] == ["8025"]


def test_airflow_reaches_the_inboxes_as_any_server_with_the_desks_key(compose):
    sftp, scheduler = compose["services"]["sftp"], compose["services"]["airflow-scheduler"]
    assert scheduler["environment"]["KC_SECRETS"] == "/run/sources"
    assert "./deploy/secrets/sources:/run/sources:ro" in scheduler["volumes"]
    assert sftp["secrets"] == ["sftp_host_key", "sftp_desk_key_public"]  # of the desk's key the public half only
    volumes = {volume.split(":")[0] for volume in sftp["volumes"]} & set(compose["volumes"])
    assert volumes == {"inboxes"} and not any(volume.startswith("inboxes:") for volume in scheduler["volumes"])
    assert sftp["cap_drop"] == ["ALL"] and "SYS_ADMIN" not in sftp["cap_add"]


def parse(compose):
    return compose_spec.PyCompose.from_json(json.dumps(compose))


def test_the_file_is_one_of_the_compose_specification(compose):
    assert set(parse(compose).service_names()) == SERVICES


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("servicess",), {}),
        (("volumes", "inboxes"), {"drivr": "local"}),
        (("secrets", "mail_readers"), {"fil": "deploy/secrets/mail_readers"}),
        (("services", "mail", "helthcheck"), {}),
        (("services", "mail", "healthcheck", "intervall"), "3s"),
        (("services", "mail", "healthcheck", "interval"), "three"),
        (("services", "mail", "deploy", "resources", "limit"), {}),
        (("services", "mail", "deploy", "resources", "limits", "memori"), "1g"),
        (("services", "mail", "deploy", "resources", "limits", "memory"), "1zz"),
        (("services", "mail", "logging", "optionss"), {}),
        (("services", "mail", "restart"), "sometimes"),
        (("services", "mail", "ports"), ["127.0.0.1:web:8025"]),
        (("services", "mail", "volumes"), [{"type": "bind", "source": "./a", "target": "/b", "read_onli": True}]),
        (("services", "mail", "secrets"), [{"source": "mail_readers", "mod": 1}]),
        (("services", "sftp", "cap_drop"), "ALL"),
        (("services", "sftp", "build", "contxt"), "."),
        (("services", "airflow-scheduler", "depends_on", "postgres"), {"condition": "service_good"}),
    ],
)
def test_the_parser_of_the_specification_is_strict_where_it_is_relied_on(compose, path, value):
    """What it lets pass is a rule of ours: unknown keys below depends_on, the long form of env_file, an undeclared secret."""
    broken = copy.deepcopy(compose)
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError):
        parse(broken)
