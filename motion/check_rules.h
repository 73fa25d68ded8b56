#pragma once
// The rules behind the table in check.cpp, by subject. Each is documented in that table.
#include "motion/check.h"

namespace motus::rules {

// data: check_data.cpp
void too_short(const CheckSubject&, Findings&);
void repaired(const CheckSubject&, Findings&);
void frame_rate(const CheckSubject&, Findings&);
void duplicate_frames(const CheckSubject&, Findings&);
void quaternion_sign(const CheckSubject&, Findings&);
void stored_velocity(const CheckSubject&, Findings&);
void loop_seam(const CheckSubject&, Findings&);
void loop_heading(const CheckSubject&, Findings&);

// how a file was read: check_reading.cpp
void quaternion_order(const CheckSubject&, Findings&);
void units(const CheckSubject&, Findings&);
void time_scale(const CheckSubject&, Findings&);
void dof_order(const CheckSubject&, Findings&);

// joints: check_joints.cpp
void joint_limits(const CheckSubject&, Findings&);
void joint_speed(const CheckSubject&, Findings&);
void joint_jump(const CheckSubject&, Findings&);
void root_jump(const CheckSubject&, Findings&);

// the robot's body and motors: check_motors.cpp
void motor_speed(const CheckSubject&, Findings&);
void motor_torque(const CheckSubject&, Findings&);
void self_collision(const CheckSubject&, Findings&);

// floor and figure: check_figure.cpp
void foot_slide(const CheckSubject&, Findings&);
void floor_penetration(const CheckSubject&, Findings&);
void floating(const CheckSubject&, Findings&);
void mirrored(const CheckSubject&, Findings&);
void knee_backwards(const CheckSubject&, Findings&);
void moves_backwards(const CheckSubject&, Findings&);
void up_axis(const CheckSubject&, Findings&);
void size(const CheckSubject&, Findings&);

}  // namespace motus::rules
