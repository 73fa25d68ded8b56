#pragma once
// TienKung-Lab's motions (JSON, 52 columns), two dialects that look alike:
//   expert         q 20, qd 20, hands and feet 12 (m, base frame): no root; what its discriminator
//                  sees. Joints: right arm, left arm, right leg, left leg.
//   visualization  root 3, intrinsic x y z angles 3, q 20, linear velocity 3, angular velocity 3,
//                  qd 20. Joints: left leg, right leg, left arm, right arm.
// Which one a file is shows in which block of columns is the derivative of which.
#include "formats/format.h"

namespace motus::formats {

/// Yes for a JSON object with frames of 52 columns and a "FrameDuration".
Match sniff_tienkung(Bytes bytes);

/// One clip. options.skeleton is the robot's model; without it the 20 dofs keep their names but
/// bodies have no places. options.kind "expert" or "visualization" settles the dialect where the
/// file is too short or too still to tell.
std::vector<Clip> read_tienkung(Bytes bytes, const ReadOptions& options);

/// One clip of a robot with the 20 dofs by name, in its own dialect if it came from one, else
/// visualization; options.extra "dialect" chooses. Velocities are backward differences, as the
/// original converter makes them, the first frame's equal to the second's. Expert files need the
/// hands and feet that the clip was read with (channel "end_effector_pos").
std::vector<std::byte> write_tienkung(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
