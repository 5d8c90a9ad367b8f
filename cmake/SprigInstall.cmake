# cmake --install: the program, the libraries of the rooms from core to tasks, their public headers, and the files by which
# find_package(sprig) finds them. Programs link sprig::sprig.
include(CMakePackageConfigHelpers)

add_library(sprig_sprig INTERFACE)
add_library(sprig::sprig ALIAS sprig_sprig)   # the same name where sprig is a subdirectory
target_link_libraries(sprig_sprig INTERFACE sprig_pruning sprig_tasks sprig_instruments)
set(rooms core neuron network engine formats dynamics coding instruments learning pruning tasks)
set(targets sprig_flags sprig_sprig)
set_target_properties(sprig_sprig PROPERTIES EXPORT_NAME sprig)
foreach(room ${rooms})
  set_target_properties(sprig_${room} PROPERTIES EXPORT_NAME ${room})
  list(APPEND targets sprig_${room})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/sprig/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sprig)
endforeach()
set_target_properties(sprig_flags PROPERTIES EXPORT_NAME flags)
install(TARGETS ${targets} EXPORT sprig ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS sprig_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/sprig)
install(EXPORT sprig NAMESPACE sprig:: DESTINATION ${package} FILE sprigTargets.cmake)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/sprigConfig.cmake.in ${PROJECT_BINARY_DIR}/sprigConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sprigConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sprigConfig.cmake ${PROJECT_BINARY_DIR}/sprigConfigVersion.cmake DESTINATION ${package})
