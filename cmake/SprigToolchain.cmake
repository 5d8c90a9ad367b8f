# Language level, the flags that keep results bit-identical, warnings, sanitizers, packages, and whether CUDA is on.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# SPRIG_PORTABLE: programs that start on a machine with none of the packages that sprig is built with. What is C goes into
# them (libgomp, zlib). What is C++ comes beside them and is found by $ORIGIN (toml++, Google Benchmark), and libstdc++ stays
# shared: those libraries use the machine's, and a second copy of it within the program ends `sprig bench` without a word.
# --as-needed leaves out CUDA's mathematical libraries where nothing refers to them.
if(SPRIG_PORTABLE)
  set(ZLIB_USE_STATIC_LIBS ON)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libgomp.a
    OUTPUT_VARIABLE OpenMP_gomp_LIBRARY OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(CMAKE_INSTALL_RPATH "$ORIGIN" /usr/local/cuda/lib64)
  set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
  add_link_options(LINKER:--as-needed -s)
endif()

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(ZLIB REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
if(NOT SKBUILD)
  find_package(CLI11 REQUIRED)
endif()
find_package(Threads REQUIRED)

add_library(sprig_flags INTERFACE)
target_link_libraries(sprig_flags INTERFACE Threads::Threads)

# One set of objects for programs and for the Python module. Nobody puts other functions in the place of ours while a program
# runs, so that calls within a file can be inlined as ever.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Contraction off: the shared formulas say std::fma where they mean it, and nothing else may be fused (docs/ARCHITECTURE.md, contract 1).
set(cxx_flags -fno-semantic-interposition -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(SPRIG_NATIVE)
  list(APPEND cxx_flags -march=native)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND cxx_flags -march=x86-64-v3)
endif()
set(warning_flags -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
if(SPRIG_WERROR)
  list(APPEND warning_flags -Werror)
endif()
target_compile_options(sprig_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${cxx_flags}>"
  "$<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:${warning_flags}>>")
target_compile_features(sprig_flags INTERFACE cxx_std_20)
target_compile_definitions(sprig_flags INTERFACE $<$<BOOL:${SPRIG_DOUBLE}>:SPRIG_DOUBLE>)
# The engine parallelises itself; Eigen's own threads would change nothing but the timing of nested regions.
target_compile_definitions(sprig_flags INTERFACE EIGEN_DONT_PARALLELIZE)
# Eigen cuts products into blocks that suit the caches it finds, and the blocks decide the order of sums: a processor with
# other caches would give other bits. So it is told which caches to expect.
target_compile_definitions(sprig_flags INTERFACE EIGEN_NO_CPUID EIGEN_DEFAULT_L1_CACHE_SIZE=32768
  EIGEN_DEFAULT_L2_CACHE_SIZE=524288 EIGEN_DEFAULT_L3_CACHE_SIZE=16777216)

if(SPRIG_OPENMP AND SPRIG_SANITIZE MATCHES "thread")
  # ThreadSanitizer does not understand libgomp: threads that it does take its place.
  add_library(sprig_openmp_threads STATIC ${PROJECT_SOURCE_DIR}/tests/support/openmp_threads.cpp)
  target_compile_options(sprig_openmp_threads PRIVATE -fsanitize=${SPRIG_SANITIZE})
  target_compile_options(sprig_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
  target_link_libraries(sprig_flags INTERFACE $<BUILD_INTERFACE:sprig_openmp_threads>)
elseif(SPRIG_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(sprig_flags INTERFACE OpenMP::OpenMP_CXX)
else()
  target_compile_options(sprig_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-unknown-pragmas>)
endif()

if(SPRIG_SANITIZE)
  target_compile_options(sprig_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${SPRIG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
  target_link_options(sprig_flags INTERFACE -fsanitize=${SPRIG_SANITIZE})
endif()

set(SPRIG_WITH_CUDA OFF)
if(SPRIG_CUDA STREQUAL "EMULATED")
  set(SPRIG_WITH_CUDA ON)
elseif(NOT SPRIG_CUDA STREQUAL "OFF")
  if(NOT CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES "90-real;90-virtual")   # Hopper's machine code, and PTX for what comes after
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(SPRIG_WITH_CUDA ON)
    set(CMAKE_CUDA_STANDARD 20)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    # CMake 3.25.1 (Debian 12) does not know how nvcc is told C++20 and would refuse CUDA_STANDARD 20.
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
    endif()
    # nvcc's rewritten host code has no OpenMP pragmas to heed, and parentheses that nobody wrote: no warnings about these.
    target_compile_options(sprig_flags INTERFACE
      "$<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:-fmad=false;--expt-relaxed-constexpr;-Xcompiler=-ffp-contract=off,-Wall,-Wno-unknown-pragmas,-Wno-parentheses>>")
  elseif(SPRIG_CUDA STREQUAL "ON")
    message(FATAL_ERROR "SPRIG_CUDA=ON, but no CUDA compiler was found (looked on PATH and in /usr/local/cuda/bin)")
  endif()
endif()

# MPI, for the room `ranks` alone. AUTO does without where programs are to start on machines without packages, in the Python
# module, and under sanitizers, which would report MPI's own.
set(SPRIG_WITH_MPI OFF)
if(SPRIG_MPI STREQUAL "ON" OR (SPRIG_MPI STREQUAL "AUTO" AND NOT SPRIG_PORTABLE AND NOT SKBUILD AND NOT SPRIG_SANITIZE))
  set(MPI_CXX_SKIP_MPICXX ON)   # the C interface alone
  find_package(MPI QUIET COMPONENTS CXX)
  set(SPRIG_WITH_MPI ${MPI_CXX_FOUND})
  if(SPRIG_MPI STREQUAL "ON" AND NOT MPI_CXX_FOUND)
    message(FATAL_ERROR "SPRIG_MPI=ON, but CMake found no MPI (Debian: libopenmpi-dev)")
  endif()
endif()
message(STATUS "sprig ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, MPI ${SPRIG_WITH_MPI}, CUDA ${SPRIG_WITH_CUDA} (SPRIG_CUDA=${SPRIG_CUDA}), OpenMP ${SPRIG_OPENMP}, sanitizers '${SPRIG_SANITIZE}'")
