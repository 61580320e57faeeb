# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is to do.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
# A kernel writes its products beside the sources, so each gets a copy of them.
OUT	?= build/modules-$(KVER)
PREFIX	?= /usr/local
TOOLS	?= build/mvgpuctl
# Of releases; a source package has it at its top.
VERSION	?= $(shell sed -n '1s/.*(\(.*\)).*/\1/p' \
	$(wildcard tools/packaging/debian/changelog debian/changelog))

MODULES	:= drivers include Kbuild
SOURCES	:= $(shell find $(MODULES) -name '*.[ch]') Kbuild

.PHONY: help
help:
	@echo 'Without a GPU, KVM or the right to load modules, in a testbed of its own:'
	@echo '  make demo             two guests draw on one GPU; pictures in build/demo/'
	@echo '  make shell            a shell on such a hypervisor'
	@echo '  make check            the tests that CI runs; logs in build/check/'
	@echo '                        (tests/qemu/check.sh --list names all)'
	@echo '  make lint             the style checks alone'
	@echo '  make bench-sched      what the scheduler does, in figures and charts: 40 minutes'
	@echo '  make bench-sched-quick  its policies on a clock of their own: 2 minutes'
	@echo
	@echo 'For this machine:'
	@echo '  make modules          build for kernel $(KVER) (KVER=, KDIR=)'
	@echo '  make tools            build mvgpuctl (wants libjansson-dev)'
	@echo '  make install          install modules, mvgpuctl, modprobe.d, udev rules, units'
	@echo '  make install-dkms     source of the modules only, for DKMS to build'
	@echo '  make deb              Debian packages mvgpu-dkms and mvgpu-tools, in build/deb/'
	@echo '  make uninstall        take away what make install has installed'
	@echo '  make clean            remove build/, that of tests, too'
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
	@cp -ru --preserve=timestamps $(MODULES) $(OUT)/
	@touch $@

.PHONY: tools
tools:
	+$(MAKE) -C tools/mvgpuctl O=$(CURDIR)/$(TOOLS)

# What is installed beside modules, as FROM:TO. HOST is for the modules.
HOST_FILES := \
	tools/packaging/mvgpu.modprobe.conf:/etc/modprobe.d/mvgpu.conf \
	tools/packaging/70-mvgpu.rules:/usr/lib/udev/rules.d/70-mvgpu.rules
TOOL_FILES := \
	tools/mvgpuctl/mvgpuctl.8:$(PREFIX)/share/man/man8/mvgpuctl.8 \
	tools/mvgpuctl/mvgpuctl.bash:$(PREFIX)/share/bash-completion/completions/mvgpuctl \
	include/uapi/linux/mvgpu.h:$(PREFIX)/include/linux/mvgpu.h \
	tools/packaging/mvgpu-export.service:/usr/lib/systemd/system/mvgpu-export.service \
	tools/packaging/mvgpu-export.timer:/usr/lib/systemd/system/mvgpu-export.timer
CTL := $(PREFIX)/sbin/mvgpuctl
DKMS := /usr/src/mvgpu-$(VERSION)

define install_files
$(foreach pair,$(1),install -Dm644 $(subst :, $(DESTDIR),$(pair))
	)
endef

.PHONY: install
install: install-modules install-host install-tools
	@echo 'Installed. Next: modprobe mvgpu_virtio && modprobe mvgpu_mdev'

# Without CONFIG_MODULE_SIG_ALL: the key that signed the kernel is not here.
.PHONY: install-modules
install-modules: modules
	+$(MAKE) -C $(KDIR) M=$(CURDIR)/$(OUT) CONFIG_MODULE_SIG_ALL= \
		INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(if $(DESTDIR),,depmod $(KVER))

.PHONY: install-host
install-host:
	$(call install_files,$(HOST_FILES))

.PHONY: install-tools
install-tools: tools
	install -Dm755 $(TOOLS)/mvgpuctl $(DESTDIR)$(CTL)
	$(call install_files,$(TOOL_FILES))

# The modules' source, for DKMS to build: dkms install mvgpu/$(VERSION)
.PHONY: install-dkms
install-dkms:
	mkdir -p $(DESTDIR)$(DKMS)
	cp -r $(MODULES) $(DESTDIR)$(DKMS)/
	sed 's/#MODULE_VERSION#/$(VERSION)/' tools/packaging/dkms.conf.in >$(DESTDIR)$(DKMS)/dkms.conf

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)/lib/modules/$(KVER)/updates/mvgpu*.ko*
	rm -f $(addprefix $(DESTDIR),$(CTL) \
		$(foreach pair,$(HOST_FILES) $(TOOL_FILES),$(lastword $(subst :, ,$(pair)))))
	$(if $(DESTDIR),,depmod $(KVER))

.PHONY: deb
deb:
	tools/packaging/deb.sh

.PHONY: demo shell check lint
demo shell check lint:
	tests/qemu/$@.sh

.PHONY: bench-sched
bench-sched:
	tests/bench/sched.sh

.PHONY: bench-sched-quick
bench-sched-quick:
	tests/bench/sched.sh --quick

.PHONY: clean
clean:
	rm -rf build tests/*/build
