/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_RBTREE_AUGMENTED_H
#define _SHIM_RBTREE_AUGMENTED_H

#include_next <linux/rbtree_augmented.h>

/* The kernel's has it, the copy in its tools has not. */
static inline void
rb_add_augmented_cached(struct rb_node *node, struct rb_root_cached *tree,
			bool (*less)(struct rb_node *a, const struct rb_node *b),
			const struct rb_augment_callbacks *augment)
{
	struct rb_node **link = &tree->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (less(node, parent)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(node, parent, link);
	augment->propagate(parent, NULL);
	rb_insert_augmented_cached(node, tree, leftmost, augment);
}

#endif
