// Image files: what is read, what is refused, and the published sets.
#include "sprig/tasks/images.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/support/data.hpp"
#include "tests/tasks/image_files.hpp"

namespace sprig {
namespace {

using test::big_endian;
using test::gzipped;
using test::idx_images;
using test::idx_labels;
using test::TemporaryFolder;
using test::write_raw;

class Images : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& bytes) {
    write_raw(folder_.file(name), bytes);
    return folder_.file(name);
  }
  template <class Read>
  std::string refusal(Read read) {
    try {
      read();
    } catch (const InputError& error) {
      std::string what = error.what();
      EXPECT_EQ(what.find('\n'), std::string::npos);
      for (std::size_t at; (at = what.find(folder_.path() + "/")) != std::string::npos;)
        what.erase(at, folder_.path().size() + 1);
      return what;
    }
    return "(accepted)";
  }
  std::string idx_refusal(const std::string& images, const std::string& labels) {
    return refusal([&] { read_idx(file("images", images), file("labels", labels)); });
  }
  std::string cifar_refusal(const std::string& bytes) {
    return refusal([&] { read_cifar({file("batch", bytes)}); });
  }
  TemporaryFolder folder_;
};

const std::string kTwoImages = idx_images(2, 2, 3, std::string("\0\1\2\3\4\5\6\7\10\11\12\377", 12));
const std::string kTwoLabels = idx_labels(2, std::string("\11\0", 2));

TEST_F(Images, IdxIsReadPlainAndCompressed) {
  const std::string images = file("i", kTwoImages), labels = file("l", kTwoLabels);
  const std::string images_gz = file("i.gz", gzipped(kTwoImages, folder_.file("s")));
  const std::string labels_gz = file("l.gz", gzipped(kTwoLabels, folder_.file("s")));
  const std::vector<std::uint8_t> pixels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255};

  for (const ImageSet& set : {read_idx(images, labels), read_idx(images_gz, labels_gz)}) {
    EXPECT_EQ(set.size(), 2u);
    EXPECT_EQ(set.shape.pixels(), 6u);
    EXPECT_EQ(set.data, pixels);
    EXPECT_EQ(set.labels, (std::vector<std::uint8_t>{9, 0}));
    EXPECT_EQ(set.image(1)[0], 6);
  }
}

TEST_F(Images, EveryMalformedIdxFileIsNamed) {
  const std::string pixels = kTwoImages.substr(16);
  EXPECT_EQ(idx_refusal("", kTwoLabels), "images: has 0 bytes, fewer than the header of an IDX file");
  EXPECT_EQ(idx_refusal(kTwoImages.substr(0, 15), kTwoLabels),
            "images: has 15 bytes, fewer than the header of an IDX file");
  EXPECT_EQ(idx_refusal(kTwoImages.substr(0, 27), kTwoLabels),
            "images: is cut short: the header says 2 x 2 x 3 bytes, there are 11");
  EXPECT_EQ(idx_refusal(kTwoImages + "x", kTwoLabels), "images: the header says 2 x 2 x 3 bytes, there are more");
  EXPECT_EQ(idx_refusal(kTwoLabels + kTwoLabels, kTwoLabels),
            "images: begins with the number 2049, must be 2051: IDX images");
  EXPECT_EQ(idx_refusal(kTwoImages, kTwoImages), "labels: begins with the number 2051, must be 2049: IDX labels");
  EXPECT_EQ(idx_refusal(kTwoImages, idx_labels(3, "\1\2\3")),
            "labels: 3 labels of 2 images in images, must be as many");
  EXPECT_EQ(idx_refusal(kTwoImages, idx_labels(2, "\1\12")), "labels: label 10 of image 1, must be from 0 to 9");
  EXPECT_EQ(idx_refusal(kTwoImages, idx_labels(2, "\1")), "labels: is cut short: the header says 2 bytes, there are 1");
  EXPECT_EQ(idx_refusal(idx_images(0, 2, 3, ""), idx_labels(0, "")),
            "images: the header says 0 x 2 x 3 bytes, must be at least one image");
}

TEST_F(Images, AHugeHeaderAllocatesNothing) {
  EXPECT_EQ(idx_refusal(idx_images(60000, 28, 28, "few"), kTwoLabels),
            "images: is cut short: the header says 60000 x 28 x 28 bytes, there are 3");
  EXPECT_EQ(idx_refusal(idx_images(4294967295u, 4294967295u, 4294967295u, "few"), kTwoLabels),
            "images: the header says 4294967295 x 4294967295 x 4294967295 bytes, must be at most 1073741824");
  EXPECT_EQ(idx_refusal(idx_images(65536, 65536, 4294967295u, ""), kTwoLabels).substr(0, 24),
            "images: the header says ");  // the product overflows 64 bits to something small
}

TEST_F(Images, DamagedCompressionIsSaid) {
  std::string images = gzipped(kTwoImages, folder_.file("s"));
  const std::string said = "images: the compressed data are damaged or cut short";

  for (const std::size_t cut : {1, 4, 8, 9, 12})  // the trailer has eight bytes
    EXPECT_EQ(idx_refusal(images.substr(0, images.size() - cut), kTwoLabels), said) << cut;
  images[images.size() - 6] ^= 1;  // the checksum
  EXPECT_EQ(idx_refusal(images, kTwoLabels), said);
}

TEST_F(Images, CifarBatchesAreReadOneAfterTheOther) {
  std::string first(3073, '\5'), second(2 * 3073, '\6');
  first[1] = '\1', second[3073] = '\0';

  const ImageSet set = read_cifar({file("a", first), file("b", second)});

  EXPECT_EQ(set.shape.pixels(), 3072u);
  EXPECT_EQ(set.labels, (std::vector<std::uint8_t>{5, 6, 0}));
  EXPECT_EQ(set.data.size(), 3 * 3072u);
  EXPECT_EQ(set.image(0)[0], 1);
  EXPECT_EQ(set.image(0)[1], 5);
  EXPECT_EQ(set.image(2)[3071], 6);
}

TEST_F(Images, EveryMalformedCifarFileIsNamed) {
  const std::string rule = " bytes, must be records of 3073 (a label and 3 x 32 x 32 pixels)";
  EXPECT_EQ(cifar_refusal(""), "batch: has 0" + rule);
  EXPECT_EQ(cifar_refusal(std::string(3072, '\1')), "batch: has 3072" + rule);
  EXPECT_EQ(cifar_refusal(std::string(2 * 3073 + 1, '\1')), "batch: has 6147" + rule);
  EXPECT_EQ(cifar_refusal(std::string(3073, '\13')), "batch: label 11 of image 0, must be from 0 to 9");
}

TEST_F(Images, SetsAreFoundByTheirFiles) {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"})
    file(name, kTwoImages);  // zlib reads what is not compressed as it is
  file("train-labels-idx1-ubyte", kTwoLabels);
  file("t10k-labels-idx1-ubyte", idx_labels(2, "\1\1"));
  for (int k = 1; k <= 5; ++k)
    file("data_batch_" + std::to_string(k) + ".bin", std::string(3073, static_cast<char>(k)));

  EXPECT_EQ(load_images("mnist", folder_.path(), ImagePart::train).labels, (std::vector<std::uint8_t>{9, 0}));
  EXPECT_EQ(load_images("fashion_mnist", folder_.path(), ImagePart::test).labels, (std::vector<std::uint8_t>{1, 1}));
  EXPECT_EQ(load_images("cifar10", folder_.path(), ImagePart::train).labels,
            (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(refusal([&] { load_images("cifar10", folder_.path(), ImagePart::test); }),
            "test_batch.bin: cannot be read: No such file or directory");
  EXPECT_THROW(load_images("mnist", folder_.file("none"), ImagePart::train), ConfigError);
  EXPECT_THROW(load_images("mnist", "", ImagePart::train), ConfigError);
  EXPECT_THROW(load_images("lorenz63", folder_.path(), ImagePart::train), ConfigError);
}

// Class counts and mean pixel of the published files.
TEST(PublishedImages, MnistIsMnist) {
  SPRIG_NEEDS_DATA("mnist");
  const ImageSet train = load_images("mnist", test::data_folder("mnist"), ImagePart::train);
  const ImageSet test = load_images("mnist", test::data_folder("mnist"), ImagePart::test);

  EXPECT_EQ(train.size(), 60000u);
  EXPECT_EQ(test.size(), 10000u);
  EXPECT_EQ(train.shape.pixels(), 784u);
  const auto zeros = [](const ImageSet& set) { return std::count(set.labels.begin(), set.labels.end(), 0); };
  EXPECT_EQ(zeros(train), 5923);
  EXPECT_EQ(zeros(test), 980);
  EXPECT_EQ((std::vector<std::uint8_t>(train.labels.begin(), train.labels.begin() + 6)),
            (std::vector<std::uint8_t>{5, 0, 4, 1, 9, 2}));
  const double mean = std::accumulate(train.data.begin(), train.data.end(), 0.0) / train.data.size() / 255;
  EXPECT_NEAR(mean, 0.1307, 5e-5);
}

TEST(PublishedImages, FashionMnistIsFashionMnist) {
  SPRIG_NEEDS_DATA("fashion-mnist");
  const ImageSet train = load_images("fashion_mnist", test::data_folder("fashion-mnist"), ImagePart::train);

  for (int label = 0; label < 10; ++label)
    EXPECT_EQ(std::count(train.labels.begin(), train.labels.end(), label), 6000) << label;
  const double mean = std::accumulate(train.data.begin(), train.data.end(), 0.0) / train.data.size() / 255;
  EXPECT_NEAR(mean, 0.2860, 5e-5);
}

}  // namespace
}  // namespace sprig
