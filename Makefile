# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is to do.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
# A kernel writes its products beside the sources, so each gets a copy of them.
OUT	?= build/modules-$(KVER)
PREFIX	?= /usr/local
TOOLS	?= build/mvgpuctl

SOURCES	:= $(shell find drivers include -name '*.[ch]') Kbuild

.PHONY: help
help:
	@echo 'Without a GPU, KVM or the right to load modules, in a testbed of its own:'
	@echo '  make demo             two guests draw on one GPU; pictures in build/demo/'
	@echo '  make shell            a shell on such a hypervisor'
	@echo '  make check            everything that is tested; logs in build/check/'
	@echo '  make lint             the style checks alone'
	@echo '  make bench-sched      what the scheduler does, in figures'
	@echo
	@echo 'For this machine:'
	@echo '  make modules          build for kernel $(KVER) (KVER=, KDIR=)'
	@echo '  make tools            build mvgpuctl (wants libjansson-dev)'
	@echo '  make install          install modules, mvgpuctl, modprobe.d and udev rules'
	@echo '  make uninstall        take them away again'
	@echo '  make clean            remove build/'
	@echo
	@echo 'Downloads and images are kept in $${XDG_CACHE_HOME:-~/.cache}/mvgpu.'

.PHONY: modules
modules: $(OUT)/.sources
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/$(OUT) $(KFLAGS) modules

# Only what changed is copied, so that only that is compiled again.
$(OUT)/.sources: $(SOURCES)
	@test -d $(KDIR) || { \
		echo 'No headers of kernel $(KVER) in $(KDIR).'; \
		echo 'Install them (Debian: apt install linux-headers-$(KVER)) or set KDIR.'; \
		exit 1; } >&2
	@mkdir -p $(OUT)
	@cp -ru --preserve=timestamps drivers include Kbuild $(OUT)/
	@touch $@

.PHONY: tools
tools:
	+$(MAKE) -C tools/mvgpuctl O=$(CURDIR)/$(TOOLS)

# Without CONFIG_MODULE_SIG_ALL: the key that signed the kernel is not here.
.PHONY: install
install: modules tools
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/$(OUT) CONFIG_MODULE_SIG_ALL= \
		INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(if $(DESTDIR),,depmod $(KVER))
	install -Dm644 tools/packaging/mvgpu.modprobe.conf \
		$(DESTDIR)/etc/modprobe.d/mvgpu.conf
	install -Dm644 tools/packaging/70-mvgpu.rules \
		$(DESTDIR)/usr/lib/udev/rules.d/70-mvgpu.rules
	install -Dm755 $(TOOLS)/mvgpuctl $(DESTDIR)$(PREFIX)/sbin/mvgpuctl
	install -Dm644 tools/mvgpuctl/mvgpuctl.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/mvgpuctl.8
	install -Dm644 tools/mvgpuctl/mvgpuctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/mvgpuctl
	install -Dm644 include/uapi/linux/mvgpu.h \
		$(DESTDIR)$(PREFIX)/include/linux/mvgpu.h
	@echo 'Installed. Next: modprobe mvgpu_virtio && modprobe mvgpu_mdev'

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)/lib/modules/$(KVER)/updates/mvgpu*.ko*
	rm -f $(DESTDIR)/etc/modprobe.d/mvgpu.conf
	rm -f $(DESTDIR)/usr/lib/udev/rules.d/70-mvgpu.rules
	rm -f $(DESTDIR)$(PREFIX)/sbin/mvgpuctl
	rm -f $(DESTDIR)$(PREFIX)/share/man/man8/mvgpuctl.8
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/mvgpuctl
	rm -f $(DESTDIR)$(PREFIX)/include/linux/mvgpu.h
	$(if $(DESTDIR),,depmod $(KVER))

.PHONY: demo shell check lint
demo shell check lint:
	tests/qemu/$@.sh

.PHONY: bench-sched
bench-sched:
	tests/bench/sched.sh

.PHONY: clean
clean:
	rm -rf build
