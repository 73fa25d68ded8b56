"""Two robots with foreign names, for the tests of robots that a user brings: make_robots.py FOLDER writes
biped.urdf (0.5 m tall, links that say nothing, meshes that are not there) and quad.xml (a leg ends in its calf)."""
import pathlib, sys

folder = pathlib.Path(sys.argv[1])


def link(name, mass, shape="", mesh=False):
    visual = '<visual><geometry><mesh filename="package://nowhere/%s.stl"/></geometry></visual>' % name if mesh else ""
    return f"""<link name="{name}"><inertial><origin xyz="0 0 0"/><mass value="{mass}"/>
      <inertia ixx="0.001" iyy="0.001" izz="0.001" ixy="0" ixz="0" iyz="0"/></inertial>{visual}{shape}</link>\n"""


def box(x, y, z, at):
    return f'<collision><origin xyz="{at}"/><geometry><box size="{x} {y} {z}"/></geometry></collision>'


def joint(name, parent, child, at, axis, low=-2.0, high=2.0):
    return f"""<joint name="{name}" type="revolute"><parent link="{parent}"/><child link="{child}"/><origin xyz="{at}"/>
      <axis xyz="{axis}"/><limit lower="{low}" upper="{high}" effort="20" velocity="10"/></joint>\n"""


parts = [link("m0", 3, box(0.1, 0.12, 0.2, "0 0 0.1"), mesh=True)]
number = 0
for y in (1, -1):
    chain = [("0 %g -0.02" % (0.06 * y), "1 0 0", -1, 1), ("0 0 -0.02", "0 0 1", -1.5, 1.5),
             ("0 0 -0.02", "0 -1 0", -2, 2), ("0 0 -0.16", "0 -1 0", -2.4, 0.1), ("0 0 -0.16", "0 1 0", -1, 1),
             ("0 0 -0.01", "1 0 0", -0.5, 0.5)]
    parent = "m0"
    for i, (at, axis, low, high) in enumerate(chain):
        number += 1
        name = "m%d" % number
        shape = box(0.13, 0.06, 0.02, "0.02 0 -0.03") if i == 5 else box(0.03, 0.03, 0.08, "0 0 -0.06") if i == 2 else ""
        parts += [link(name, 0.3, shape, mesh=i == 3), joint("j%d" % number, parent, name, at, axis, low, high)]
        parent = name
for y in (1, -1):
    chain = [("0 %g 0.18" % (0.1 * y), "0 1 0"), ("0 %g 0" % (0.03 * y), "1 0 0"), ("0 0 -0.05", "0 0 1"), ("0 0 -0.07", "0 1 0")]
    parent = "m0"
    for i, (at, axis) in enumerate(chain):
        number += 1
        name = "m%d" % number
        shape = box(0.03, 0.03, 0.1, "0 0 -0.06") if i == 3 else ""
        parts += [link(name, 0.2, shape), joint("j%d" % number, parent, name, at, axis, -2.5, 2.5)]
        parent = name
(folder / "biped.urdf").write_text('<robot name="tin_man">\n' + "".join(parts) + "</robot>\n")

legs = ""
for i, (x, y) in enumerate([(0.15, -0.05), (0.15, 0.05), (-0.15, -0.05), (-0.15, 0.05)]):
    legs += f"""<body name="p{i}a" pos="{x} {y} 0"><joint name="q{i}a" axis="1 0 0" range="-0.8 0.8"/><geom type="sphere" size="0.03"/>
      <body name="p{i}b" pos="0 {0.07 if y > 0 else -0.07} 0"><joint name="q{i}b" axis="0 1 0" range="-1.5 3"/>
        <geom type="capsule" fromto="0 0 0 0 0 -0.18" size="0.015"/>
        <body name="p{i}c" pos="0 0 -0.18"><joint name="q{i}c" axis="0 1 0" range="-2.6 -0.4"/>
          <geom type="capsule" fromto="0 0 0 0 0 -0.18" size="0.012"/></body></body></body>"""
(folder / "quad.xml").write_text(f"""<mujoco model="tin_dog"><compiler angle="radian" autolimits="true"/><worldbody>
  <body name="p"><freejoint/><geom type="box" size="0.18 0.06 0.05"/>{legs}</body></worldbody></mujoco>\n""")
