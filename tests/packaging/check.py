#!/usr/bin/env python3
"""check.py SOURCE: recipes of packages say what the build says: its version, its packages, files that are there."""
import os
import re
import subprocess
import sys

source = sys.argv[1]
failed = []


def read(*path):
    with open(os.path.join(source, *path), encoding="utf-8") as file:
        return file.read()


def claim(holds, what):
    if not holds:
        failed.append(what)


version = re.search(r"project\(sprig VERSION ([0-9.]+)", read("CMakeLists.txt")).group(1)
conda = read("packaging", "conda", "meta.yaml")
claim(f'set version = "{version}"' in conda, f"conda: version {version}")

# Debian's packages: those of ./dev but the tests', and MPI's.
dev = re.search(r"^build_packages=\(([^)]*)\)", read("dev"), re.M).group(1).split()
wanted = {name for name in dev if name not in ("libgtest-dev", "libbenchmark-dev", "git")} | {"libopenmpi-dev"}
listed = set(re.search(r"packages (g\+\+ .*?)\n    cmake", read("packaging", "container", "install.sh"), re.S).group(1).replace("\\", "").split())
claim(listed == wanted, f"install.sh: packages differ from ./dev by {sorted(listed ^ wanted)}")

# What CMake looks for, by the names of Spack and of conda-forge; the rest comes with a compiler or with CUDA.
names = {"Eigen3": ("eigen", "eigen"), "ZLIB": ("zlib-api", "zlib"), "tomlplusplus": ("tomlplusplus", "tomlplusplus"),
         "nlohmann_json": ("nlohmann-json", "nlohmann_json"), "CLI11": ("cli11", "cli11"), "Boost": ("boost", "libboost-headers"),
         "Spectra": ("spectra", "spectra-cpp"), "MPI": ("mpi", None), "CUDAToolkit": ("cuda", None), "pybind11": (None, "pybind11"),
         "Python": (None, "python")}
elsewhere = {"Threads", "OpenMP", "Git", "sprig"}
spack = read("packaging", "spack", "packages", "sprig", "package.py")
found = set()
for base, _, files in os.walk(source):
    if os.path.relpath(base, source).split(os.sep)[0] in ("cmake", "host", "kernels", "python"):
        for file in files:
            if file == "CMakeLists.txt" or file.endswith(".cmake"):
                found |= set(re.findall(r"find_package\((\w+)", read(os.path.relpath(base, source), file)))
claim(found - elsewhere == set(names), f"find_package of {sorted((found - elsewhere) ^ set(names))} has no names of packages here")
for package, (of_spack, of_conda) in names.items():
    claim(of_spack is None or re.search(rf'depends_on\("{of_spack}[@:"]', spack), f"Spack: {package} as {of_spack}")
    claim(of_conda is None or re.search(rf"^    - {of_conda}( |$)", conda, re.M), f"conda: {package} as {of_conda}")
for option in re.findall(r"SPRIG_[A-Z]+", spack + conda):
    claim(option in read("CMakeLists.txt"), f"no option {option}")

compile(spack, "package.py", "exec")
subprocess.run(["sh", "-n", os.path.join(source, "packaging", "container", "install.sh")], check=True)
definition = read("packaging", "container", "sprig.def")
for path in re.findall(r"^  (\S+) /source/", re.search(r"%files\n(.*?)\n\n", definition, re.S).group(1), re.M):
    claim(os.path.exists(os.path.join(source, path)), f"no {path}")

for what in failed:
    print(what)
print(f"packaging: version {version}, {len(names)} packages, {len(failed)} mistakes")
sys.exit(bool(failed))
