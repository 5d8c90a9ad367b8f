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

# The man page and the completions of shells, which the program writes itself; absent where it does not run while building.
if(NOT CMAKE_CROSSCOMPILING)
  set(share ${PROJECT_BINARY_DIR}/share)
  foreach(place "man:man/man1/sprig.1" "completion bash:bash-completion/completions/sprig"
      "completion zsh:zsh/site-functions/_sprig" "completion fish:fish/vendor_completions.d/sprig.fish")
    string(REPLACE ":" ";" place ${place})
    list(GET place 0 words)
    list(GET place 1 file)
    separate_arguments(words)
    get_filename_component(folder ${file} DIRECTORY)
    add_custom_command(OUTPUT ${share}/${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${share}/${folder}
      COMMAND sprig_cli ${words} > ${share}/${file} DEPENDS sprig_cli VERBATIM)
    list(APPEND written ${share}/${file})
    install(FILES ${share}/${file} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/${folder} OPTIONAL)
  endforeach()
  add_custom_target(sprig_share ALL DEPENDS ${written})
endif()
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/sprig)
install(EXPORT sprig NAMESPACE sprig:: DESTINATION ${package} FILE sprigTargets.cmake)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/sprigConfig.cmake.in ${PROJECT_BINARY_DIR}/sprigConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sprigConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sprigConfig.cmake ${PROJECT_BINARY_DIR}/sprigConfigVersion.cmake DESTINATION ${package})

# An environment module, which finds the prefix from where it lies.
configure_file(${PROJECT_SOURCE_DIR}/packaging/modulefile.in ${PROJECT_BINARY_DIR}/share/modulefile @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/share/modulefile DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/modulefiles/sprig
  RENAME ${PROJECT_VERSION})
