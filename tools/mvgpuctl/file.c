// SPDX-License-Identifier: GPL-2.0
/* Files that are there as a whole, or as they were. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mvgpuctl.h"

/* What is no regular file, such as /dev/stdout, can't be replaced. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

void file_begin(struct new_file *file, const char *path, mode_t mode)
{
	int fd;

	file->path = path;
	*file->temp = 0;
	if (is_special(path)) {
		file->to = fopen(path, "we");
	} else {
		if (snprintf(file->temp, sizeof(file->temp), "%s.XXXXXX",
			     path) >= (int)sizeof(file->temp))
			die_usage("\"%s\" is too long", path);
		fd = mkostemp(file->temp, O_CLOEXEC);
		if (fd < 0)
			*file->temp = 0;
		else
			fchmod(fd, mode);
		file->to = fd < 0 ? NULL : fdopen(fd, "w");
	}
	if (!file->to)
		die_errno(errno, path, "name a file in a directory that there is");
}

void file_commit(struct new_file *file)
{
	int err = 0;

	if (fflush(file->to) || ferror(file->to) ||
	    (*file->temp && rename(file->temp, file->path)))
		err = errno;
	if (err)
		die_errno(err, file->path, "is there room?");
	*file->temp = 0;
	fclose(file->to);
	file->to = NULL;
}

void file_drop(struct new_file *file)
{
	if (*file->temp)
		unlink(file->temp);
	*file->temp = 0;
}
