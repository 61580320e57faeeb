#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gl.sh with all scenes of glmark2 that fit.

export GL_WORK=--all
# shellcheck source-path=SCRIPTDIR source=gl.sh
. "$(dirname "$0")/gl.sh"
