// cuBLAS and cuSOLVER are opened when they are called, and not before. No GPU is needed to see that.
#include <cublas_v2.h>
#include <cusolverDn.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace sprig {
namespace {

bool is_loaded(const char* library) {
  std::ifstream maps("/proc/self/maps");
  const std::string text{std::istreambuf_iterator<char>(maps), {}};
  return text.find(library) != std::string::npos;
}

TEST(VendorLibraries, AreOpenedByTheFirstCall) {
  ASSERT_FALSE(is_loaded("libcublas.so"));
  ASSERT_FALSE(is_loaded("libcusolver.so"));
  EXPECT_STREQ(cublasGetStatusString(CUBLAS_STATUS_ALLOC_FAILED), "the resource allocation failed")
      << "the library's own words";
  EXPECT_TRUE(is_loaded("libcublas.so"));
  EXPECT_FALSE(is_loaded("libcusolver.so"));
}

TEST(VendorLibraries, AnswerForThemselves) {
  EXPECT_EQ(cublasSetStream(nullptr, nullptr), CUBLAS_STATUS_NOT_INITIALIZED) << "of a handle that is none";
  cusolverDnHandle_t solver = nullptr;
  const cusolverStatus_t status = cusolverDnCreate(&solver);
  EXPECT_TRUE(is_loaded("libcusolver.so"));
  if (status == CUSOLVER_STATUS_SUCCESS)
    EXPECT_EQ(cusolverDnDestroy(solver), CUSOLVER_STATUS_SUCCESS);
  else
    EXPECT_EQ(status, CUSOLVER_STATUS_NOT_INITIALIZED) << "there is no GPU";
}

}  // namespace
}  // namespace sprig
