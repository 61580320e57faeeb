// SPDX-License-Identifier: GPL-2.0
/*
 * tcg_svm - lets L1 of the testbed, an SVM CPU that QEMU's TCG plays, run guests
 *
 * No real CPU needs any of it; l2.sh loads it under TCG only.
 *
 * EXITINTINFO. TCG leaves the type of the last exception that the guest took in EXITINTINFO,
 * without the valid bit (QEMU 10.0 to 11.1: handle_even_inj() and do_vmexit()).
 * Later than 6.12 kvm_amd looks at the type alone to tell whether an exit came while
 * an event was delivered, and gives up with KVM_INTERNAL_ERROR_DELIVERY_EV on the
 * first MMIO access after a page fault of the guest. This clears the leftovers
 * before kvm_amd sees them.
 *
 * CR8. A guest that writes CR8 while a virtual interrupt is pending ends TCG: its
 * helper_write_crN() raises that interrupt without the lock that this wants (QEMU
 * 10.0 to 11.1, "assertion failed: (bql_locked())"). OVMF does so in every timer
 * interrupt. kvm_amd intercepts the write only while it would hide an interrupt;
 * this has it intercepted always, as kvm_amd itself has it at first.
 */

#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <asm/svm.h>

/* The head of kvm_amd's struct vcpu_svm, which is private to it. */
struct tcg_svm_vcpu {
	struct kvm_vcpu vcpu;
	struct vmcb *vmcb;
};

/* svm_handle_exit(vcpu, exit_fastpath); preemptible, owns the vCPU and its VMCB */
static int tcg_svm_handle_exit(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (void *)regs_get_kernel_argument(regs, 0);
	struct tcg_svm_vcpu *svm = container_of(vcpu, struct tcg_svm_vcpu, vcpu);
	struct vmcb_control_area *control = &svm->vmcb->control;

	if (!(control->exit_int_info & SVM_EXITINTINFO_VALID))
		control->exit_int_info = 0;
	return 0;
}

/* svm_update_cr8_intercept(vcpu, tpr, irr): intercepts if 0 <= irr <= tpr */
static int tcg_svm_update_cr8(struct kprobe *probe, struct pt_regs *regs)
{
	regs->si = 15;
	regs->dx = 0;
	return 0;
}

static struct kprobe tcg_svm_probe[] = {
	{
		.symbol_name = "svm_handle_exit",
		.pre_handler = tcg_svm_handle_exit,
	}, {
		.symbol_name = "svm_update_cr8_intercept",
		.pre_handler = tcg_svm_update_cr8,
	},
};

static struct kprobe *tcg_svm_probes[] = {
	&tcg_svm_probe[0],
	&tcg_svm_probe[1],
};

static int __init tcg_svm_init(void)
{
	return register_kprobes(tcg_svm_probes, ARRAY_SIZE(tcg_svm_probes));
}
module_init(tcg_svm_init);

static void __exit tcg_svm_exit(void)
{
	unregister_kprobes(tcg_svm_probes, ARRAY_SIZE(tcg_svm_probes));
}
module_exit(tcg_svm_exit);

MODULE_DESCRIPTION("Keeps KVM clear of flaws of SVM CPUs emulated by QEMU");
MODULE_LICENSE("GPL");
