// SPDX-License-Identifier: GPL-2.0
/* Virtio's common configuration: features, status, queues, vectors, events. */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mvt.h"

#define BIT_ULL(n) (1ULL << (n))
#define ACK VIRTIO_CONFIG_S_ACKNOWLEDGE
#define DRIVER VIRTIO_CONFIG_S_DRIVER
#define FEAT_OK VIRTIO_CONFIG_S_FEATURES_OK
#define DRIVER_OK VIRTIO_CONFIG_S_DRIVER_OK

FIXTURE(virtio)
{
	struct mvt_dev dev;
};

FIXTURE_SETUP(virtio)
{
	char uuid[MVT_UUID_LEN + 1];

	if (!mvt_exists(mvt_parent()))
		SKIP(return, "no GPU at %s", mvt_parent());
	mvt_purge();
	mvt_uuid(uuid);
	ASSERT_EQ(0, mvt_mdev_create(2, uuid));
	ASSERT_EQ(0, mvt_open(&self->dev, uuid));
}

FIXTURE_TEARDOWN(virtio)
{
	mvt_teardown(&self->dev);
}

/* Does the device serve a request? */
static u32 queue_read(struct mvt_dev *dev, unsigned int queue,
		      unsigned int off, unsigned int len)
{
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	return mvt_common_read(dev, off, len);
}

TEST_F(virtio, offered_features)
{
	u64 f = mvt_device_features(&self->dev);

	EXPECT_NE(0, f & BIT_ULL(VIRTIO_F_VERSION_1));
	EXPECT_NE(0, f & BIT_ULL(VIRTIO_GPU_F_EDID));
	EXPECT_NE(0, f & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC));
	EXPECT_NE(0, f & BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
	/* What it can't do. */
	EXPECT_EQ(0, f & BIT_ULL(VIRTIO_F_RING_PACKED));
	EXPECT_EQ(0, f & BIT_ULL(VIRTIO_F_RING_RESET));
	EXPECT_EQ(0, f & BIT_ULL(VIRTIO_F_SR_IOV));
	EXPECT_EQ(0, f & BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB));
	EXPECT_EQ(0, f & BIT_ULL(VIRTIO_GPU_F_RESOURCE_UUID));
}

/* Can a context of the GPU be of a capset that is chosen? One in software can. */
static bool gpu_chooses_capset(void)
{
	const unsigned int bit = VIRTIO_GPU_F_CONTEXT_INIT;
	char path[256], bits[130] = "";
	glob_t found;

	if (mvt_parent_is_sim())
		return true;
	snprintf(path, sizeof(path), "%s/virtio*/features", mvt_parent());
	if (glob(path, 0, NULL, &found))
		return false;
	mvt_read_str(found.gl_pathv[0], bits, sizeof(bits));
	globfree(&found);
	return strlen(bits) > bit && bits[bit] == '1';
}

/* Stock guests choose VIRGL2 for a context only if they are offered to. */
TEST_F(virtio, offered_3d)
{
	u64 f = mvt_device_features(&self->dev);
	bool virgl = f & BIT_ULL(VIRTIO_GPU_F_VIRGL);

	/* A physical one may have no renderer that is fit for it. */
	if (mvt_parent_is_sim())
		EXPECT_TRUE(virgl);
	EXPECT_EQ(virgl && gpu_chooses_capset(),
		  !!(f & BIT_ULL(VIRTIO_GPU_F_CONTEXT_INIT)));
}

TEST_F(virtio, feature_words)
{
	struct mvt_dev *dev = &self->dev;
	u32 sel;

	/* Words beyond the second are empty. */
	for (sel = 2; sel < 40; sel++) {
		mvt_common_write(dev, VIRTIO_PCI_COMMON_DFSELECT, 4, sel);
		EXPECT_EQ(0, mvt_common_read(dev, VIRTIO_PCI_COMMON_DF, 4));
	}
	mvt_common_write(dev, VIRTIO_PCI_COMMON_DFSELECT, 4, ~0U);
	EXPECT_EQ(0, mvt_common_read(dev, VIRTIO_PCI_COMMON_DF, 4));
	/* The driver's words read back. */
	mvt_set_status(dev, ACK | DRIVER);
	mvt_driver_features(dev, BIT_ULL(VIRTIO_F_VERSION_1) | 2);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	EXPECT_EQ(1, mvt_common_read(dev, VIRTIO_PCI_COMMON_GF, 4));
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	EXPECT_EQ(2, mvt_common_read(dev, VIRTIO_PCI_COMMON_GF, 4));
}

TEST_F(virtio, features_accepted)
{
	struct mvt_dev *dev = &self->dev;
	u64 all = mvt_device_features(dev);
	u64 must = BIT_ULL(VIRTIO_F_VERSION_1);
	unsigned int i;

	if (all & BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))
		must |= BIT_ULL(VIRTIO_F_ACCESS_PLATFORM);
	/* All, the least, and the least with each other one. */
	ASSERT_EQ(0, mvt_start_features(dev, all));
	EXPECT_TRUE(mvt_works(dev));
	ASSERT_EQ(0, mvt_start_features(dev, must));
	EXPECT_TRUE(mvt_works(dev));
	for (i = 0; i < 64; i++) {
		if (!(all & BIT_ULL(i)))
			continue;
		ASSERT_EQ(0, mvt_start_features(dev, must | BIT_ULL(i)));
		EXPECT_TRUE(mvt_works(dev));
	}
}

TEST_F(virtio, features_refused)
{
	struct mvt_dev *dev = &self->dev;
	u64 all = mvt_device_features(dev);
	unsigned int i;

	/* Legacy drivers. */
	EXPECT_EQ(-ENODEV, mvt_negotiate(dev, all &
					 ~BIT_ULL(VIRTIO_F_VERSION_1)));
	EXPECT_EQ(0, mvt_reset(dev));
	/* Each bit that was not offered. */
	for (i = 0; i < 64; i++) {
		if (all & BIT_ULL(i))
			continue;
		mvt_set_status(dev, ACK | DRIVER);
		mvt_driver_features(dev, all | BIT_ULL(i));
		mvt_set_status(dev, ACK | DRIVER | FEAT_OK);
		EXPECT_EQ(0, mvt_status(dev) & FEAT_OK) {
			TH_LOG("feature %u", i);
		}
		EXPECT_EQ(0, mvt_reset(dev));
	}
	EXPECT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

TEST_F(virtio, features_locked_after_ok)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(0, mvt_negotiate(dev, ~0ULL));
	mvt_driver_features(dev, 0);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	EXPECT_EQ((u32)dev->features,
		  mvt_common_read(dev, VIRTIO_PCI_COMMON_GF, 4));
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	EXPECT_EQ((u32)(dev->features >> 32),
		  mvt_common_read(dev, VIRTIO_PCI_COMMON_GF, 4));
}

TEST_F(virtio, status_machine)
{
	struct mvt_dev *dev = &self->dev;

	EXPECT_EQ(0, mvt_status(dev));
	mvt_set_status(dev, ACK);
	EXPECT_EQ(ACK, mvt_status(dev));
	mvt_set_status(dev, ACK | DRIVER);
	EXPECT_EQ(ACK | DRIVER, mvt_status(dev));
	/* NEEDS_RESET is the device's own. */
	mvt_set_status(dev, ACK | DRIVER | VIRTIO_CONFIG_S_NEEDS_RESET);
	EXPECT_EQ(0, mvt_status(dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
	mvt_set_status(dev, ACK | DRIVER | VIRTIO_CONFIG_S_FAILED);
	EXPECT_NE(0, mvt_status(dev) & VIRTIO_CONFIG_S_FAILED);
	EXPECT_EQ(0, mvt_reset(dev));
	EXPECT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

/* Nothing is served before DRIVER_OK; afterwards what waited is. */
TEST_F(virtio, driver_ok_starts)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_ctrl_hdr req;
	u16 head;
	u32 len;

	ASSERT_EQ(0, mvt_negotiate(dev, ~0ULL));
	ASSERT_EQ(0, mvt_irq_enable(dev));
	ASSERT_EQ(0, mvt_queue_setup(dev, MVT_CTRL, 256));
	mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	ASSERT_LE(0, mvt_gpu_send(dev, &req, sizeof(req), NULL));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	mvt_msleep(100);
	EXPECT_EQ(0, mvt_vq_poll(&dev->vq[MVT_CTRL], &head, &len));
	mvt_set_status(dev, ACK | DRIVER | FEAT_OK | DRIVER_OK);
	mvt_vq_kick(&dev->vq[MVT_CTRL]);
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_recv(dev, MVT_WAIT_MS, NULL, 0));
}

TEST_F(virtio, driver_ok_needs_features_ok)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_ctrl_hdr req;
	u16 head;
	u32 len;

	mvt_set_status(dev, ACK | DRIVER);
	mvt_driver_features(dev, 0);
	ASSERT_EQ(0, mvt_irq_enable(dev));
	mvt_queue_setup(dev, MVT_CTRL, 256);
	mvt_set_status(dev, ACK | DRIVER | DRIVER_OK);
	mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	mvt_gpu_send(dev, &req, sizeof(req), NULL);
	mvt_vq_kick(&dev->vq[MVT_CTRL]);
	mvt_msleep(100);
	EXPECT_EQ(0, mvt_vq_poll(&dev->vq[MVT_CTRL], &head, &len));
	EXPECT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

TEST_F(virtio, queues)
{
	struct mvt_dev *dev = &self->dev;
	u32 q;

	EXPECT_EQ(MVT_NR_QUEUES,
		  mvt_common_read(dev, VIRTIO_PCI_COMMON_NUMQ, 2));
	EXPECT_EQ(256, queue_read(dev, 0, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	EXPECT_EQ(16, queue_read(dev, 1, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	for (q = MVT_NR_QUEUES; q < 70; q++)
		EXPECT_EQ(0, queue_read(dev, q, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	EXPECT_EQ(0, queue_read(dev, 0xffff, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	/* Writing to a queue that isn't there changes none that is. */
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, 2);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SIZE, 2, 8);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2, 1);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	EXPECT_EQ(256, queue_read(dev, 0, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	EXPECT_EQ(0, queue_read(dev, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2));
	EXPECT_EQ(16, queue_read(dev, 1, VIRTIO_PCI_COMMON_Q_SIZE, 2));
}

TEST_F(virtio, queue_size_good)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int num;

	for (num = 4; num <= 256; num *= 2) {
		ASSERT_EQ(0, mvt_reset(dev));
		ASSERT_EQ(0, mvt_negotiate(dev, ~0ULL));
		ASSERT_EQ(0, mvt_irq_enable(dev));
		ASSERT_EQ(0, mvt_queue_setup(dev, MVT_CTRL, num));
		mvt_set_status(dev, ACK | DRIVER | FEAT_OK | DRIVER_OK);
		EXPECT_TRUE(mvt_works(dev));
		EXPECT_TRUE(mvt_works(dev));
	}
}

TEST_F(virtio, queue_size_bad)
{
	static const u16 bad[] = { 0, 3, 17, 255, 257, 512, 0x8000, 0xffff };
	struct mvt_dev *dev = &self->dev;
	struct mvt_vq *vq = &dev->vq[MVT_CTRL];
	struct virtio_gpu_ctrl_hdr req;
	unsigned int i;
	u16 head;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, mvt_reset(dev));
		ASSERT_EQ(0, mvt_negotiate(dev, ~0ULL));
		/* Either the write is refused or the queue does not run. */
		if (mvt_queue_setup(dev, MVT_CTRL, bad[i]))
			continue;
		vq->num = 256;
		mvt_set_status(dev, ACK | DRIVER | FEAT_OK | DRIVER_OK);
		mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
		mvt_gpu_send(dev, &req, sizeof(req), NULL);
		mvt_vq_kick(vq);
		mvt_msleep(50);
		EXPECT_EQ(0, mvt_vq_poll(vq, &head, &len));
	}
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

TEST_F(virtio, queue_addresses_read_back)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int off;

	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, 1);
	for (off = VIRTIO_PCI_COMMON_Q_DESCLO;
	     off <= VIRTIO_PCI_COMMON_Q_USEDHI; off += 4)
		mvt_common_write(dev, off, 4, 0x1000 * off);
	for (off = VIRTIO_PCI_COMMON_Q_DESCLO;
	     off <= VIRTIO_PCI_COMMON_Q_USEDHI; off += 4)
		EXPECT_EQ(0x1000 * off, mvt_common_read(dev, off, 4));
}

/* Rings at addresses that are no memory or not aligned break the device. */
TEST_F(virtio, queue_addresses_bad)
{
	struct mvt_dev *dev = &self->dev;
	u64 good = dev->ctl.iova;
	const struct {
		u64 desc, avail, used;
	} bad[] = {
		{ MVT_WILD_IOVA, good, good + 4096 },
		{ good, MVT_WILD_IOVA, good + 4096 },
		{ good, good + 4096, MVT_WILD_IOVA },
		{ ~0ULL & ~15, good, good + 4096 },
		{ good + 8, good + 4096 * 2, good + 4096 * 4 },
		{ good, good + 4097, good + 4096 * 4 },
		{ good, good + 4096, good + 4096 * 4 + 2 },
		{ good + dev->ctl.size - 16, good, good + 4096 },
		{ 0, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, mvt_reset(dev));
		ASSERT_EQ(0, mvt_negotiate(dev, ~0ULL));
		ASSERT_EQ(0, mvt_irq_enable(dev));
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_DESCLO, 4,
				 bad[i].desc);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_DESCHI, 4,
				 bad[i].desc >> 32);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_AVAILLO, 4,
				 bad[i].avail);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_AVAILHI, 4,
				 bad[i].avail >> 32);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_USEDLO, 4,
				 bad[i].used);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_USEDHI, 4,
				 bad[i].used >> 32);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
		mvt_set_status(dev, ACK | DRIVER | FEAT_OK | DRIVER_OK);
		mvt_vq_kick(&dev->vq[MVT_CTRL]);
		EXPECT_EQ(0, mvt_wait_broken(dev, MVT_WAIT_MS)) {
			TH_LOG("case %u", i);
		}
	}
	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
}

TEST_F(virtio, vectors_read_back)
{
	static const u16 good[] = { 0, 1, 2, VIRTIO_MSI_NO_VECTOR };
	static const u16 bad[] = { 3, 4, 0x7fff, 0xfffe };
	struct mvt_dev *dev = &self->dev;
	unsigned int i, q;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		mvt_common_write(dev, VIRTIO_PCI_COMMON_MSIX, 2, good[i]);
		EXPECT_EQ(good[i],
			  mvt_common_read(dev, VIRTIO_PCI_COMMON_MSIX, 2));
		for (q = 0; q < MVT_NR_QUEUES; q++) {
			mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, q);
			mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2,
					 good[i]);
			EXPECT_EQ(good[i],
				  queue_read(dev, q, VIRTIO_PCI_COMMON_Q_MSIX,
					     2));
		}
	}
	/* NO_VECTOR reads back where there is none (4.1.5.1.2). */
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mvt_common_write(dev, VIRTIO_PCI_COMMON_MSIX, 2, bad[i]);
		EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
			  mvt_common_read(dev, VIRTIO_PCI_COMMON_MSIX, 2));
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
		mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2, bad[i]);
		EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
			  mvt_common_read(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2));
	}
}

/* The stock driver's second choice: one vector for both queues. */
TEST_F(virtio, shared_vector)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_ctrl_hdr req;

	ASSERT_EQ(0, mvt_start(dev));
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
	mvt_common_write(dev, VIRTIO_PCI_COMMON_Q_MSIX, 2, 2);
	mvt_irq_drain(dev, 1);
	mvt_irq_drain(dev, 2);
	mvt_gpu_hdr(dev, &req, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	ASSERT_LE(0, mvt_gpu_send(dev, &req, sizeof(req), NULL));
	ASSERT_EQ(0, mvt_vq_kick(&dev->vq[MVT_CTRL]));
	EXPECT_EQ(0, mvt_irq_wait(dev, 2, MVT_WAIT_MS));
	EXPECT_EQ(-ETIMEDOUT, mvt_irq_wait(dev, 1, 20));
}

TEST_F(virtio, reset_forgets)
{
	struct mvt_dev *dev = &self->dev;
	unsigned int q, off, i;
	u64 begin;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, mvt_start(dev));
		EXPECT_EQ(1, queue_read(dev, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2));
		EXPECT_TRUE(mvt_works(dev));
		begin = mvt_now_ms();
		ASSERT_EQ(0, mvt_reset(dev));
		EXPECT_GT(1000, mvt_now_ms() - begin);
	}
	EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
		  mvt_common_read(dev, VIRTIO_PCI_COMMON_MSIX, 2));
	for (q = 0; q < MVT_NR_QUEUES; q++) {
		EXPECT_EQ(0, queue_read(dev, q, VIRTIO_PCI_COMMON_Q_ENABLE, 2));
		EXPECT_EQ(VIRTIO_MSI_NO_VECTOR,
			  queue_read(dev, q, VIRTIO_PCI_COMMON_Q_MSIX, 2));
		EXPECT_EQ(q ? 16 : 256,
			  queue_read(dev, q, VIRTIO_PCI_COMMON_Q_SIZE, 2));
		for (off = VIRTIO_PCI_COMMON_Q_DESCLO;
		     off <= VIRTIO_PCI_COMMON_Q_USEDHI; off += 4)
			EXPECT_EQ(0, mvt_common_read(dev, off, 4));
	}
	mvt_common_write(dev, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	EXPECT_EQ(0, mvt_common_read(dev, VIRTIO_PCI_COMMON_GF, 4));
}

/* Resources of before the reset are gone. */
TEST_F(virtio, reset_frees_resources)
{
	struct mvt_dev *dev = &self->dev;
	u64 val;

	ASSERT_EQ(0, mvt_start(dev));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_create(dev, 7, 1, 64, 64));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/stats/resources",
				       &val));
	EXPECT_EQ(1, val);
	ASSERT_EQ(0, mvt_start(dev));
	ASSERT_EQ(0, mvt_mdev_attr_u64(dev->uuid, "mvgpu/stats/resources",
				       &val));
	EXPECT_EQ(0, val);
	EXPECT_EQ(VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
		  mvt_gpu_unref(dev, 7));
	EXPECT_EQ(VIRTIO_GPU_RESP_OK_NODATA,
		  mvt_gpu_create(dev, 7, 1, 64, 64));
}

static u8 read_isr(struct mvt_dev *dev)
{
	const struct mvt_cap *cap = &dev->cap[VIRTIO_PCI_CAP_ISR_CFG];
	u8 val = 0xff;

	mvt_region_read(dev, cap->bar, cap->offset, &val, 1);
	return val;
}

TEST_F(virtio, isr_clears_on_read)
{
	struct mvt_dev *dev = &self->dev;

	ASSERT_EQ(0, mvt_start(dev));
	EXPECT_TRUE(mvt_works(dev));
	EXPECT_EQ(0, read_isr(dev) & ~(1 | VIRTIO_PCI_ISR_CONFIG));
	EXPECT_EQ(0, read_isr(dev));
}

TEST_F(virtio, device_config)
{
	struct mvt_dev *dev = &self->dev;
	u32 scanouts;

	scanouts = mvt_devcfg_read(dev, offsetof(struct virtio_gpu_config,
						 num_scanouts));
	EXPECT_LE(1, scanouts);
	EXPECT_GE(VIRTIO_GPU_MAX_SCANOUTS, scanouts);
	EXPECT_EQ(0, mvt_devcfg_read(dev, offsetof(struct virtio_gpu_config,
						   events_read)));
	/* Read only. */
	mvt_devcfg_write(dev, offsetof(struct virtio_gpu_config,
				       num_scanouts), 99);
	EXPECT_EQ(scanouts,
		  mvt_devcfg_read(dev, offsetof(struct virtio_gpu_config,
						num_scanouts)));
}

TEST_F(virtio, config_event)
{
	struct mvt_dev *dev = &self->dev;
	struct virtio_gpu_resp_display_info info;
	char path[256];
	u32 gen;

	ASSERT_EQ(0, mvt_start(dev));
	mvt_irq_drain(dev, 0);
	gen = mvt_common_read(dev, VIRTIO_PCI_COMMON_CFGGENERATION, 1);
	ASSERT_EQ(0, mvt_mdev_path(dev->uuid, "mvgpu/mode", path,
				   sizeof(path)));
	ASSERT_EQ(0, mvt_write_str(path, "800x600"));
	EXPECT_EQ(0, mvt_irq_wait(dev, 0, MVT_WAIT_MS));
	EXPECT_NE(gen, mvt_common_read(dev, VIRTIO_PCI_COMMON_CFGGENERATION,
				       1));
	EXPECT_EQ(VIRTIO_GPU_EVENT_DISPLAY,
		  mvt_devcfg_read(dev, offsetof(struct virtio_gpu_config,
						events_read)));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_display_info(dev, &info));
	EXPECT_EQ(800, info.pmodes[0].r.width);
	EXPECT_EQ(600, info.pmodes[0].r.height);
	EXPECT_EQ(1, info.pmodes[0].enabled);
	mvt_devcfg_write(dev, offsetof(struct virtio_gpu_config, events_clear),
			 VIRTIO_GPU_EVENT_DISPLAY);
	EXPECT_EQ(0, mvt_devcfg_read(dev, offsetof(struct virtio_gpu_config,
						   events_read)));
	EXPECT_EQ(-EINVAL, mvt_write_str(path, "100000x100000"));
	EXPECT_EQ(-EINVAL, mvt_write_str(path, "99999999999x1"));
	EXPECT_EQ(-EINVAL, mvt_write_str(path, "1x99999999999"));
	EXPECT_EQ(-EINVAL, mvt_write_str(path, "800"));
	EXPECT_EQ(-EINVAL, mvt_write_str(path, "0x600"));
	/* Unplugged. */
	EXPECT_EQ(0, mvt_write_str(path, "0x0"));
	ASSERT_EQ(VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
		  mvt_gpu_display_info(dev, &info));
	EXPECT_EQ(0, info.pmodes[0].enabled);
}

/* A broken ring tells by a configuration interrupt. */
TEST_F(virtio, needs_reset_interrupts)
{
	struct mvt_dev *dev = &self->dev;
	struct mvt_vq *vq = &dev->vq[MVT_CTRL];

	ASSERT_EQ(0, mvt_start(dev));
	mvt_irq_drain(dev, 0);
	mvt_vq_avail(vq, 999);
	mvt_vq_publish(vq);
	mvt_vq_kick(vq);
	EXPECT_EQ(0, mvt_irq_wait(dev, 0, MVT_WAIT_MS));
	EXPECT_EQ(0, mvt_wait_broken(dev, MVT_WAIT_MS));
	EXPECT_NE(0, mvt_status(dev) & DRIVER_OK);
}

TEST_F(virtio, kicks_of_no_queue)
{
	const struct mvt_cap *cap = &self->dev.cap[VIRTIO_PCI_CAP_NOTIFY_CFG];
	struct mvt_dev *dev = &self->dev;
	unsigned int i;
	u16 val;

	ASSERT_EQ(0, mvt_start(dev));
	for (i = 0; i < 300; i++) {
		val = i * 219;
		mvt_region_write(dev, cap->bar,
				 cap->offset + i * 2 % cap->length, &val, 2);
	}
	EXPECT_TRUE(mvt_works(dev));
}

TEST_HARNESS_MAIN
