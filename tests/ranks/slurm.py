"""A cluster of one node with a scheduler of its own, in a temporary folder: Debian's Slurm and munge, on ports and sockets that
nobody else has. For tests of batch scripts; needs root, for slurmd gives jobs to users."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
CONFIGURATION = """ClusterName=sprig
SlurmctldHost={host}
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CryptoType=crypto/munge
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
RebootProgram=/bin/true
MinJobAge=3600
MpiDefault=pmix
ReturnToService=2
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def path_of_programs():
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


def missing():
    """Why there can be no cluster here; empty: there can."""
    absent = [name for name in DAEMONS if shutil.which(name, path=path_of_programs()) is None]
    if absent:
        return f"no {', '.join(absent)} (Debian: slurm-wlm, munge)"
    return "" if os.getuid() == 0 else "slurmd needs root"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """cpus may be more than the machine has: jobs then share them. Used as a context; its daemons end with it."""

    def __init__(self, cpus):
        self.folder = tempfile.mkdtemp(prefix="slurm-")
        os.chmod(self.folder, 0o755)
        for name in ("state", "spool"):
            os.mkdir(self.path(name))
        controller, node = free_ports(2)
        configuration = self.path("slurm.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder, host=socket.gethostname().split(".")[0], controller=controller,
                                            node=node, cpus=cpus))
        os.mkdir(self.path("pmix"))
        with open(self.path("mpi.conf"), "w", encoding="utf-8") as file:  # /tmp has what a job of that number left
            file.write(f"PMIxCliTmpDirBase={self.path('pmix')}\n")
        self.environment = dict(os.environ, PATH=path_of_programs(), SLURM_CONF=configuration)
        self.daemons = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        with open(self.path("munge.key"), "wb") as file:
            file.write(os.urandom(1024))
        os.chmod(self.path("munge.key"), 0o400)
        munge = {name: self.path("munge." + name) for name in ("socket", "key", "log", "pid", "seed")}
        # Its socket is said to lie in an insecure place where /tmp belongs to everybody: --force.
        self.start("munged", "--foreground", "--force", *(
            f"--{'socket' if name == 'socket' else name + '-file'}={path}" for name, path in munge.items()))
        self.wait_for(lambda: os.path.exists(munge["socket"]), "munged")
        self.start("slurmctld", "-D", "-i")
        self.start("slurmd", "-D")
        self.wait_for(lambda: "idle" in self.tell("sinfo", "-h", "-o", "%T"), "a node that is idle")
        return self

    def __exit__(self, *_):
        self.tell("scancel", "--quiet", "-u", "root")
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *command):
        with open(self.path(command[0] + ".out"), "w", encoding="utf-8") as out:
            self.daemons.append(subprocess.Popen(command, stdout=out, stderr=out, env=self.environment))

    def wait_for(self, there, what, seconds=60):
        end = time.monotonic() + seconds
        while not there():
            ended = [d.args[0] for d in self.daemons if d.poll() is not None]
            if ended or time.monotonic() > end:
                raise RuntimeError(f"{what} not there: " + (f"{ended[0]} ended: {self.log_of(ended[0])}" if ended else f"{seconds} s"))
            time.sleep(0.1)

    def log_of(self, daemon):
        text = ""
        for name in (daemon + ".out", daemon + ".log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="utf-8") as file:
                    text += file.read()[-1500:]
        return text

    def tell(self, *command):
        """What it prints, with what it complains of."""
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout

    def submit(self, *arguments):
        """The job's number. Errors: RuntimeError with what sbatch says."""
        said = self.tell("sbatch", "--parsable", f"--output={self.path('job-%j.out')}", "--open-mode=append", *arguments)
        if not said.strip().isdigit():
            raise RuntimeError("sbatch: " + said)
        return int(said)

    def field(self, job, name):
        """Of `scontrol show job`; of an array all its jobs', in the order in which they are printed."""
        text = self.tell("scontrol", "show", "job", "--oneliner", str(job))
        return [word.split("=", 1)[1] for word in text.split() if word.startswith(name + "=")]

    def wait(self, job, seconds=300):
        """Until it has ended, requeued or not. Its state, of an array the states."""
        end = time.monotonic() + seconds
        while True:
            states = self.field(job, "JobState")
            if states and not set(states) & {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "REQUEUED", "SUSPENDED"}:
                return states
            if time.monotonic() > end:
                raise RuntimeError(f"job {job} is {states} after {seconds} s: {self.printed(job)}")
            time.sleep(0.2)

    def printed(self, job):
        path = self.path(f"job-{job}.out")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()
