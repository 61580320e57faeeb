/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MVGPU_GUEST_SHOW_H
#define MVGPU_GUEST_SHOW_H

#include "tap.h"

/**
 * show_frames() - draw frames on the screen, keep the last one
 * @tap: for results
 * @card: path, or NULL
 * @frames: how many
 * @picture: where to put what was drawn last, as a PPM; NULL: nowhere
 * @hold: seconds to keep it
 *
 * Says "# ready show" once the last frame is on the screen.
 */
void show_frames(struct tap *tap, const char *card, unsigned int frames,
		 const char *picture, double hold);

#endif
