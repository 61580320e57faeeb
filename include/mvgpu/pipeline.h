/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MVGPU_PIPELINE_H
#define _MVGPU_PIPELINE_H

/**
 * DOC: The way of a guest command
 *
 * One row per hand-over. "work" is the vGPU's work item: it is never run twice
 * at once for the same vGPU, so what it owns needs no lock.
 *
 * ===  =========================  ===================  ======================
 * #    who hands over             context              who owns the job then
 * ===  =========================  ===================  ======================
 * 1    guest kick:                VFIO write or        (no job yet: the work
 *      mvgpu_vgpu_kick()          notify; never        is queued)
 *                                 sleeps
 * 2    mvgpu_ring_fetch():        work; may sleep      work: on vgpu->pending
 *      descriptors are read once
 *      into a private chain
 * 3    mvgpu_proto_control():     work; may sleep      work: answered at once,
 *      request is read once,                           or ready for the GPU
 *      judged, ids swapped
 * 4    backend prepare():         work; may sleep      work
 *      allocates and maps all
 *      that submit() will need
 * 5    mvgpu_entity_push()        work                 scheduler: entity queue
 * 6    backend submit()           the same work, or    backend
 *                                 the engine's runner;
 *                                 no sleep
 * 6a   mvgpu_job_preempted():     any, hardirq too     scheduler: first in its
 *      stopped for others, or                          entity's queue; then 6
 *      behind one that hangs
 * 7    mvgpu_job_done():          any, hardirq too     work: on vgpu->done
 *      GPU time is charged
 * 8    mvgpu_proto_complete():    work; may sleep      work
 *      tables follow what the
 *      GPU did, pages unpinned
 * 9    response, used ring,       work; may sleep      freed
 *      signal(); strictly in
 *      the order of step 2
 * ===  =========================  ===================  ======================
 *
 * A job that the scheduler drops (reset, close, GPU lost) takes step 7 with
 * -ECANCELED and goes on from there: there is one way out, and each job takes
 * it exactly once.
 *
 * Files: 1 core/vgpu.c; 2, 9 core/work.c and ring/; 3, 8 proto/; 4, 6 backend/;
 * 5, 6a, 7 sched/.
 */

#endif
