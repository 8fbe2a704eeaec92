# cpack -G DEB: one package with program, modules, model, manual page and completions. What it
# depends on is read from the binaries (dpkg-shlibdeps).
set(CPACK_PACKAGE_NAME mosaic-temporal)
set(CPACK_PACKAGE_VENDOR "mosaic-temporal")
set(CPACK_PACKAGE_CONTACT "The mosaic-temporal maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "rebuild a video out of thousands of small photographs")
set(CPACK_PACKAGE_DESCRIPTION
    "Turns a video into a photomosaic video, frame by frame and without flicker.\nThe same input, photos and settings give the same bytes on any machine.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What no binary tells: the decoder of HEIC where it is no part of libheif, and the cascade of --faces.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libheif-plugin-libde265)
if(TARGET mosaic_faces)
  string(APPEND CPACK_DEBIAN_PACKAGE_RECOMMENDS ", opencv-data")
endif()
if(TARGET mosaic_torch)
  # Without it, Debian's LibTorch runs on the reference BLAS, several times slower.
  string(APPEND CPACK_DEBIAN_PACKAGE_RECOMMENDS ", libopenblas0-pthread")
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/mosaic-temporal RENAME copyright)
include(CPack)
