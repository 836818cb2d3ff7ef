"""From prototype to production: one flow in three stages, and what each of them needs.

``manim render scenes/journey.py``. Everything on screen comes from the recordings of
``flows/journey/*/bikes.py``; ``make recordings`` makes them anew. No cluster and no account are at hand
where they are made: what is refused there is shown refused, and AWS is played by moto on this machine.
"""

import json
import logging
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from manim import DOWN, LEFT, RIGHT, UL, UP, FadeIn, FadeOut, LaggedStart, VGroup

from manim_metaflow import DeepDive, FlowStory, ReplayRun, StepNode, TextLabel, current_theme, record_run
from manim_metaflow.code import AdvanceStory, TerminalPanel, console_story
from manim_metaflow.graph import SetState
from manim_metaflow.mobjects import TextTable
from manim_metaflow.runs import record_command
from manim_metaflow.storage import StoragePanel

HERE = Path(__file__).parent
VERSIONS = [HERE / "flows" / "journey" / str(number) / "bikes.py" for number in range(1, 5)]

LEFT_WIDTH, RIGHT_WIDTH, FONT_SIZE = 6.95, 6.75, 14
"""What code and graph take of the frame (units), and the font size of code, graph and terminal."""

GRAPH_ROOM = (RIGHT_WIDTH - 0.26, 2.5)
"""Width and height that the graph has above the terminal, units."""

HEADS = ("job", "cores", "tries")
JOB_COLUMNS, JOB_TOP, JOB_PITCH = (0.4, 2.6, 4.6), 0.62, 0.4
"""Columns, first line and distance of lines in the table of jobs, from its panel's upper left corner."""

RESULT_COLUMNS = (-5.9, -3.3, 1.9)
"""Of the closing table: the stage, the command, what came of it."""

STAGES = {
    "develop locally": "needs Python",
    "scale out": "needs a cluster and an object store",
    "deploy": "needs a scheduler, too",
}


def recordings(**options):
    """Read the runs and the answers of this film, or make them."""
    options = {"recordings": HERE / "recordings"} | options
    runs = [record_run(version, **options) for version in VERSIONS[:3]]
    deploy = ("step-functions", "create")
    return (
        *runs,
        record_command(VERSIONS[2], "run", "--with", "kubernetes", **options),
        record_command(VERSIONS[3], *deploy, setting=stand_in, **options),
        record_command(VERSIONS[3], *deploy, "--only-json", setting=stand_in, **options),
    )


class Journey(DeepDive):
    """One flow, three stages."""

    def construct(self):
        """Take the flow from stage to stage."""
        *self.runs, self.refused, self.deployed, self.compiled = recordings()
        self.title("From prototype to production", "One flow, three stages.", hold=1.2)
        self.develop()
        self.fan_out()
        self.ask_for_machines()
        self.deploy()
        self.sum_up()

    def develop(self):
        """Run a prototype."""
        self.act("develop locally")
        self.story = FlowStory(
            VERSIONS,
            title="bikes.py",
            width=LEFT_WIDTH,
            window=17,
            room=GRAPH_ROOM,
            direction="right",
            align="top",
            font_size=FONT_SIZE,
            graph_size=FONT_SIZE,
            detail="names",
        )
        self.story.to_edge(LEFT, buff=0.12).shift(self.story.panel.get_y() * DOWN)
        self.terminal = TerminalPanel(width=RIGHT_WIDTH, rows=9, font_size=FONT_SIZE)
        self.terminal.next_to(self.story.panel, RIGHT, buff=0.15).align_to(self.story.panel, DOWN)
        self.stages = VGroup(*[stage(name, needs) for name, needs in STAGES.items()])
        self.stages.arrange(RIGHT, buff=0.2, aligned_edge=UP).to_edge(UP, buff=0.15)
        self.change = None
        prototype = self.runs[0]
        with self.beat(
            f"A prototype: {len(prototype.flow.steps)} steps on this machine. It needs Python, nothing else."
        ):
            self.leave_title()
            self.play(FadeIn(self.story, self.terminal, self.stages))
            self.enter("develop locally")
            self.run(prototype)

    def fan_out(self):
        """Do it for every entry of a list."""
        self.act("more data")
        with self.beat("More data: with a foreach, train is done for each pair of counts."):
            self.advance("train")
        tasks = self.runs[1].tasks_of("train")
        with self.beat(f"Still this machine: train is {len(tasks)} tasks now, a process each."):
            self.run(self.runs[1])

    def ask_for_machines(self):
        """Ask for a machine that is not here."""
        self.act("scale out")
        with self.beat("Two decorators: a bigger machine for train, and another try where one fails."):
            self.enter("scale out")
            self.advance("train")
        with self.beat("A local run takes no notice of @resources: all executes here, on what there is."):
            self.run(self.runs[2])
        with self.beat("--with kubernetes sends tasks to a cluster. Refused: it needs an object store."):
            self.reset()
            self.type(self.refused)
            self.play(SetState(self.stages[1][0], "failed"))

    def deploy(self):
        """Hand the flow to a scheduler."""
        self.act("deploy")
        with self.beat("For production, a schedule: one line."):
            self.enter("deploy")
            self.advance("start")
        with self.beat("And one command. It compiles the flow for AWS, which a stand-in plays here."):
            self.type(self.deployed)
        jobs = jobs_of(self.compiled)
        table = job_table(jobs).move_to(self.terminal)
        with self.beat(
            "What it compiled: each step is a job, with the machine and the tries its lines ask for."
        ):
            self.play(FadeOut(self.terminal, run_time=0.5))
            self.play(FadeIn(table[0]), LaggedStart(*[FadeIn(row) for row in table[1:]], lag_ratio=0.4))

    def sum_up(self):
        """List what was executed, and where."""
        self.act("the sum")
        prototype, _, asked = self.runs
        rows = [
            result("develop locally", "run", f"{len(prototype.executed)} tasks executed", "done"),
            result("scale out", "run", f"{len(asked.executed)} tasks executed, here", "done"),
            result("", "run --with kubernetes", "refused: no object store", "failed"),
            result(
                "deploy", "step-functions create", f"{len(jobs_of(self.compiled))} jobs compiled", "cloned"
            ),
        ]
        self.summary(
            "The flow stayed one file. What changes from stage to stage is where its tasks execute.",
            TextTable(rows, columns=RESULT_COLUMNS, top=1.5, pitch=0.95),
            run_time=3,
        )

    # ------------------------------------------------------------------------------ what recurs

    def enter(self, name):
        """Light a stage up."""
        index = list(STAGES).index(name)
        changes = [SetState(box, "done") for box, _ in self.stages if box.state == "running"]
        self.play(*changes, SetState(self.stages[index][0], "running"), run_time=0.6)

    def advance(self, step):
        """Go on to the next version."""
        self.reset()
        self.change = AdvanceStory(self.story, show=step)
        self.play(self.change)

    def reset(self):
        """Make the graph what it was before a run."""
        dag = self.story.dag
        changes = [SetState(node, "pending") for node in dag.nodes.values() if node.state != "pending"]
        if changes:
            idle = [edge.animate.paint(self.theme.edge) for edge in dag.edges.values()]
            self.play(*changes, *idle, run_time=0.4)

    def type(self, record):
        """Type a command, and show what it printed."""
        if self.change is not None:
            self.unmark(self.story.panel, self.change.stripes)
        lines = [line for line in console_story(record.console) if "token" not in line]
        self.run_command(self.terminal, "bikes.py", record, abridged(lines))

    def run(self, record):
        """Run a version, and light box after box and their lines."""
        self.type(record)
        self.play(ReplayRun(self.story.dag, record, detail="steps", code=self.story.panel))


def abridged(lines):
    """Leave out how a token is handed on: between the first line and what was pushed."""
    first = next((n for n, line in enumerate(lines) if line.startswith("Deploying")), None)
    if first is None:
        return lines
    pushed = next(n for n, line in enumerate(lines) if "pushed to" in line)
    return [*lines[: first + 1], "...", *lines[pushed:]]


def stage(name, needs):
    """One of the three stages, and what it needs."""
    theme = current_theme()
    box = StepNode(name, width=4.5, height=0.42)
    below = TextLabel(needs, font="prose", font_size=15, color=theme.muted).center_on(0, -0.37)
    return VGroup(box, below)


def jobs_of(record):
    """Read the jobs out of the state machine that Metaflow printed: name, cores, tries."""
    text = "\n".join(record.console)
    machine, _ = json.JSONDecoder().raw_decode(text[text.index("{\n") :])
    return list(_jobs(machine["States"]))


def _jobs(states):
    for name, state in states.items():
        if "batch:submitJob" in state.get("Resource", ""):
            asked = state["Parameters"]["ContainerOverrides"]["ResourceRequirements"]
            size = {each["Type"]: each["Value"] for each in asked}
            tries = state["Parameters"]["RetryStrategy"]["Attempts"]
            yield name, size["VCPU"], str(tries)
        yield from _jobs(state.get("Iterator", {}).get("States", {}))


def job_table(jobs):
    """Write a line for each job."""
    theme = current_theme()
    panel = StoragePanel("state machine", width=RIGHT_WIDTH, height=0.95 + 0.42 * len(jobs))
    corner = panel.get_corner(UL)
    rows = [
        [TextLabel(text, font_size=16, color=theme.muted if row is HEADS else theme.text) for text in row]
        for row in (HEADS, *jobs)
    ]
    columns = [corner[0] + column for column in JOB_COLUMNS]
    return VGroup(panel, *TextTable(rows, columns=columns, top=corner[1] - JOB_TOP, pitch=JOB_PITCH))


def result(name, command, what, state):
    """Fill a row: the stage, a command, what came of it."""
    theme = current_theme()
    size = theme.heading_size
    return (
        TextLabel(name, font="prose", color=theme.muted),
        TextLabel(command, font_size=size - 4),
        TextLabel(what, font="prose", font_size=size - 2, color=getattr(theme, state)),
    )


@contextmanager
def stand_in():
    """Let moto play AWS on this machine: a bucket, a queue for jobs, the roles they take."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    url = "http://{}:{}".format(*server.get_host_and_port())

    urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()  # it remembers, as long as this process

    def client(name):
        lowered = {name.lower(): value for name, value in keys.items() if name != "AWS_DEFAULT_REGION"}
        return boto3.client(name, endpoint_url=url, region_name="us-east-1", **lowered)

    try:
        yield {**keys, "AWS_ENDPOINT_URL": url, "METAFLOW_S3_ENDPOINT_URL": url, **account(client)}
    finally:
        server.stop()


def account(client):
    """Set up what Metaflow needs of an AWS account, and name it as ``metaflow configure aws`` does."""
    client("s3").create_bucket(Bucket="bikes")
    role = client("iam").create_role(RoleName="bikes", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    profile = client("iam").create_instance_profile(InstanceProfileName="bikes")["InstanceProfile"]["Arn"]
    client("iam").add_role_to_instance_profile(InstanceProfileName="bikes", RoleName="bikes")
    ec2 = client("ec2")
    machines = client("batch").create_compute_environment(
        computeEnvironmentName="bikes",
        type="MANAGED",
        serviceRole=role,
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 64,
            "instanceTypes": ["optimal"],
            "instanceRole": profile,
            "subnets": [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:1],
            "securityGroupIds": [
                each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]
            ][:1],
        },
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": machines}]
    client("batch").create_job_queue(
        jobQueueName="bikes", state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    return {
        "METAFLOW_DEFAULT_DATASTORE": "s3",
        "METAFLOW_DATASTORE_SYSROOT_S3": "s3://bikes/metaflow",
        "METAFLOW_BATCH_JOB_QUEUE": "bikes",
        "METAFLOW_ECS_S3_ACCESS_IAM_ROLE": role,
        "METAFLOW_SFN_IAM_ROLE": role,
        "METAFLOW_EVENTS_SFN_ACCESS_IAM_ROLE": role,
        "METAFLOW_SFN_DYNAMO_DB_TABLE": "bikes",
    }
