include(GNUInstallDirs)

# What the upper rooms read in every file, Eigen and JSON, is parsed once. Not under a compiler cache, which keeps whole
# objects and would have to know of it; so a build with one also shows that no file lives on another's includes.
set(precompiled_rooms "")
if(SPRIG_PRECOMPILED AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(precompiled_rooms dynamics coding learning pruning tasks config report session app)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/precompiled.cpp CONTENT "")
  add_library(sprig_precompiled OBJECT ${PROJECT_BINARY_DIR}/generated/precompiled.cpp)
  target_link_libraries(sprig_precompiled PRIVATE sprig_flags Eigen3::Eigen nlohmann_json::nlohmann_json)
  target_precompile_headers(sprig_precompiled PRIVATE <Eigen/Dense> <nlohmann/json.hpp> <algorithm> <functional> <map>
    <memory> <optional> <set> <string> <vector>)
endif()

# sprig_join(TARGET...): compiled eight files at a time, where there is no compiler cache either: most of their time is reading,
# and what all make of Eigen's templates is made once. So a name has one meaning in a room, its unnamed namespaces included.
function(sprig_join)
  if(precompiled_rooms)
    set_target_properties(${ARGN} PROPERTIES UNITY_BUILD ON)
  endif()
endfunction()

# sprig_room(NAME [ON lower rooms...]): the library sprig_NAME, linked to the rooms it may include.
# host/NAME/CMakeLists.txt adds its sources, kernels/NAME/CMakeLists.txt those of the device. Without CUDA host/NAME/no_cuda.cpp
# takes their place: the same symbols, each saying so. A room without host/NAME is headers only. With SPRIG_CUDA=EMULATED the
# device's sources are C++ for the emulated device (tests/emulated_device).
# The map is also kept as the global property SPRIG_ROOMS ("room:lower,lower,..."), which the ctest `layering` reads.
function(sprig_room room)
  cmake_parse_arguments(arg "" "" "ON" ${ARGN})
  set(host ${PROJECT_SOURCE_DIR}/host/${room})
  set(kernels ${PROJECT_SOURCE_DIR}/kernels/${room})
  set(scope PUBLIC)
  if(EXISTS ${host}/CMakeLists.txt)
    add_library(sprig_${room} STATIC)
    target_include_directories(sprig_${room} PRIVATE ${PROJECT_SOURCE_DIR})   # "host/<room>/private.hpp"
  else()
    set(scope INTERFACE)
    add_library(sprig_${room} INTERFACE)
  endif()
  target_include_directories(sprig_${room} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(sprig_${room} ${scope} sprig_flags Eigen3::Eigen)
  set(may_include "")
  foreach(lower ${arg_ON})
    target_link_libraries(sprig_${room} ${scope} sprig_${lower})
    get_property(below GLOBAL PROPERTY SPRIG_ROOM_${lower})
    list(APPEND may_include ${lower} ${below})
  endforeach()
  list(REMOVE_DUPLICATES may_include)
  set_property(GLOBAL PROPERTY SPRIG_ROOM_${room} "${may_include}")
  list(JOIN may_include "," joined)
  set_property(GLOBAL APPEND PROPERTY SPRIG_ROOMS "${room}:${joined}")
  if(scope STREQUAL "INTERFACE")
    return()
  endif()
  if(room IN_LIST precompiled_rooms)
    target_precompile_headers(sprig_${room} REUSE_FROM sprig_precompiled)
  endif()
  sprig_join(sprig_${room})
  add_subdirectory(host/${room})
  if(EXISTS ${kernels}/CMakeLists.txt)
    add_subdirectory(kernels/${room})
  endif()
  if(NOT SPRIG_WITH_CUDA AND EXISTS ${host}/no_cuda.cpp)
    target_sources(sprig_${room} PRIVATE ${host}/no_cuda.cpp)
  endif()
  # A file of its own, which a program with code for the emulated device does not link.
  get_target_property(without_device sprig_${room} SOURCES)
  list(FILTER without_device INCLUDE REGEX "/no_cuda\\.cpp$")
  set_source_files_properties(${without_device} TARGET_DIRECTORY sprig_${room} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# sprig_device_sources(ROOM file... [LINK library...]): the sources of a room for the device, relative to kernels/ROOM. All
# of them, of all rooms, are kept as the global property SPRIG_DEVICE_SOURCES.
function(sprig_device_sources room)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND ${PROJECT_SOURCE_DIR}/kernels/${room}/ OUTPUT_VARIABLE sources)
  set_property(GLOBAL APPEND PROPERTY SPRIG_DEVICE_SOURCES ${sources})
  if(SPRIG_CUDA STREQUAL "EMULATED")
    sprig_for_emulated_device(sprig_${room} ${sources})
  elseif(SPRIG_WITH_CUDA)
    target_sources(sprig_${room} PRIVATE ${sources})
    target_link_libraries(sprig_${room} PRIVATE ${arg_LINK})
  endif()
endfunction()

# Adds sources for the device to a target, as C++ for the emulated device. Its executor is what ThreadSanitizer is told about:
# it is not watched itself.
function(sprig_for_emulated_device target)
  target_sources(${target} PRIVATE ${ARGN})
  set(executor ${PROJECT_SOURCE_DIR}/tests/emulated_device/src)
  set_source_files_properties(${executor}/executor.cpp ${executor}/fiber.cpp TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES LANGUAGE CXX)
  target_include_directories(${target} BEFORE PRIVATE ${PROJECT_SOURCE_DIR}/tests/emulated_device/include ${PROJECT_SOURCE_DIR})
endfunction()
