# sprig for Spack, from a clone:
#
#   spack repo add packaging/spack
#   spack env activate --create sprig
#   spack add sprig@main+cuda cuda_arch=90
#   spack develop --path "$PWD" sprig@main
#   spack install
from spack_repo.builtin.build_systems.cmake import CMakePackage
from spack_repo.builtin.build_systems.cuda import CudaPackage

from spack.package import *


class Sprig(CMakePackage, CudaPackage):
    """Simulates large sparse recurrent networks of integrate-and-fire neurons, measures their Lyapunov spectra, and
    prunes them by Lyapunov Noise Pruning; the same bits on CPUs, on GPUs and on any number of ranks."""

    license("Apache-2.0", checked_by="sprig")

    version("main")

    variant("mpi", default=True, description="One network over several ranks")
    variant("openmp", default=True, description="Threads")
    variant("native", default=False, description="Tuned for this processor instead of x86-64-v3: other bits")

    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("boost@1.74: +graph")
    depends_on("cli11")
    depends_on("eigen@3.4:3")
    depends_on("nlohmann-json@3.11:")
    depends_on("spectra@1:")
    depends_on("tomlplusplus@3:")
    depends_on("zlib-api")
    depends_on("mpi", when="+mpi")
    depends_on("cuda@12.4:", when="+cuda")

    conflicts("cuda_arch=none", when="+cuda", msg="name the GPUs: cuda_arch=90 and the like, from 80 on")
    for arch in ("10", "11", "12", "13", "20", "21", "30", "32", "35", "37", "50", "52", "53", "60", "61", "62", "70", "72", "75"):
        conflicts(f"cuda_arch={arch}", when="+cuda", msg="GPUs from compute capability 8.0 on")

    generator("ninja")

    def cmake_args(self):
        args = [
            self.define("SPRIG_TESTS", self.run_tests),
            self.define("SPRIG_BENCH", False),
            self.define("SPRIG_CUDA", "ON" if "+cuda" in self.spec else "OFF"),
            self.define("SPRIG_MPI", "ON" if "+mpi" in self.spec else "OFF"),
            self.define_from_variant("SPRIG_OPENMP", "openmp"),
            self.define_from_variant("SPRIG_NATIVE", "native"),
        ]
        if "+cuda" in self.spec:
            arch = self.spec.variants["cuda_arch"].value
            args.append(self.define("CMAKE_CUDA_ARCHITECTURES", [f"{number}-real" for number in arch]))
        return args

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def self_test(self):
        Executable(self.prefix.bin.sprig)("info")
