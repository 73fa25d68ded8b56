#pragma once
#include "view/film.h"

namespace motus::view {

/// `pictures` evenly spaced moments of a film, the first and the last among them, from left to
/// right in lines of at most eight; the panels of one moment stand below each other. Throws
/// Error(usage) unless there are 1 to 64 pictures.
Image filmstrip(Film& film, int pictures);

}  // namespace motus::view
