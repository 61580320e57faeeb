// SPDX-License-Identifier: GPL-2.0
/*
 * tcg_svm - lets L1 of the testbed, an SVM CPU that QEMU's TCG plays, run guests
 *
 * TCG leaves the type of the last exception that the guest took in EXITINTINFO,
 * without the valid bit (QEMU 10.0 to 11.1: handle_even_inj() and do_vmexit()).
 * Later than 6.12 kvm_amd looks at the type alone to tell whether an exit came while
 * an event was delivered, and gives up with KVM_INTERNAL_ERROR_DELIVERY_EV on the
 * first MMIO access after a page fault of the guest. This clears the leftovers
 * before kvm_amd sees them. No real CPU needs it; l2.sh loads it under TCG only.
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

static struct kprobe tcg_svm_probe = {
	.symbol_name = "svm_handle_exit",
	.pre_handler = tcg_svm_handle_exit,
};

static int __init tcg_svm_init(void)
{
	return register_kprobe(&tcg_svm_probe);
}
module_init(tcg_svm_init);

static void __exit tcg_svm_exit(void)
{
	unregister_kprobe(&tcg_svm_probe);
}
module_exit(tcg_svm_exit);

MODULE_DESCRIPTION("Clears stale EXITINTINFO of SVM CPUs emulated by QEMU");
MODULE_LICENSE("GPL");
