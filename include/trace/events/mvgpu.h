/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mvgpu

#if !defined(_TRACE_MVGPU_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_MVGPU_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include <mvgpu/job.h>
#include <mvgpu/vgpu.h>

/* Every event of a job has the same keys: vgpu, job, op. */
DECLARE_EVENT_CLASS(mvgpu_job,
	TP_PROTO(const struct mvgpu_job *job),
	TP_ARGS(job),
	TP_STRUCT__entry(
		__string(vgpu, dev_name(mvgpu_vgpu_dev(job->vgpu)))
		__field(u64, id)
		__field(u32, type)
		__field(int, op)
		__field(int, status)
	),
	TP_fast_assign(
		__assign_str(vgpu);
		__entry->id = job->id;
		__entry->type = le32_to_cpu(job->req.hdr.type);
		__entry->op = job->op;
		__entry->status = job->status;
	),
	TP_printk("vgpu=%s job=%llu type=%#x op=%d status=%d",
		  __get_str(vgpu), __entry->id, __entry->type, __entry->op,
		  __entry->status)
);

/* Step 3 of mvgpu/pipeline.h: the request was judged. */
DEFINE_EVENT(mvgpu_job, mvgpu_job_fetch,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));
/* Step 5 */
DEFINE_EVENT(mvgpu_job, mvgpu_job_queue,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));
/* Step 6 */
DEFINE_EVENT(mvgpu_job, mvgpu_job_submit,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));
/* Between 6 and 7: it goes on later. */
DEFINE_EVENT(mvgpu_job, mvgpu_job_preempt,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));
/* Step 7 */
DEFINE_EVENT(mvgpu_job, mvgpu_job_done,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));
/* Step 9: the response is in the used ring. */
DEFINE_EVENT(mvgpu_job, mvgpu_job_respond,
	     TP_PROTO(const struct mvgpu_job *job), TP_ARGS(job));

/* A stream was refused; nothing of it was sent. */
TRACE_EVENT(mvgpu_stream_refused,
	TP_PROTO(struct device *dev, u32 ctx, u32 cmd, u32 at, int err),
	TP_ARGS(dev, ctx, cmd, at, err),
	TP_STRUCT__entry(
		__string(vgpu, dev_name(dev))
		__field(u32, ctx)
		__field(u32, cmd)
		__field(u32, at)
		__field(int, err)
	),
	TP_fast_assign(
		__assign_str(vgpu);
		__entry->ctx = ctx;
		__entry->cmd = cmd;
		__entry->at = at;
		__entry->err = err;
	),
	TP_printk("vgpu=%s ctx=%u cmd=%u obj=%u dword=%u err=%d",
		  __get_str(vgpu), __entry->ctx, __entry->cmd & 0xff,
		  __entry->cmd >> 8, __entry->at, __entry->err)
);

DECLARE_EVENT_CLASS(mvgpu_reset,
	TP_PROTO(struct device *dev, int ret),
	TP_ARGS(dev, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ret = ret;
	),
	TP_printk("dev=%s ret=%d", __get_str(dev), __entry->ret)
);

/* The watchdog has cancelled the jobs of one vGPU. */
DEFINE_EVENT(mvgpu_reset, mvgpu_vgpu_cancel,
	     TP_PROTO(struct device *dev, int ret), TP_ARGS(dev, ret));
/* The whole GPU was reset. */
DEFINE_EVENT(mvgpu_reset, mvgpu_gpu_reset,
	     TP_PROTO(struct device *dev, int ret), TP_ARGS(dev, ret));

#endif

#include <trace/define_trace.h>
