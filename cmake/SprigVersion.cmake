# generated/sprig_version.hpp: version and git revision, for manifests and `sprig --version`.
find_package(Git QUIET)
set(SPRIG_GIT_REVISION "unknown")
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0 AND revision)
    set(SPRIG_GIT_REVISION "${revision}")
  endif()
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/sprig_version.hpp.in ${CMAKE_CURRENT_BINARY_DIR}/generated/sprig_version.hpp @ONLY)
