//! Drawing tracks by WebGL 2: one vertex a track, 8 bytes each, and of those only the ranges that the screen shows.

use std::ops::Range;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlBuffer, WebGlProgram, WebGlUniformLocation};

use super::camera::Camera;
use super::palette::{Palette, Rgb};
use super::points::{CROWD_STEPS, DRAWN_BYTES, widest};

const VERTEX: &str = include_str!("points.vert");
const FRAGMENT: &str = include_str!("points.frag");

/// Draws tracks on a canvas.
pub struct Painter {
    gl: Gl,
    program: WebGlProgram,
    buffer: WebGlBuffer,
    view: Option<WebGlUniformLocation>,
    room: Option<WebGlUniformLocation>,
}

impl Painter {
    /// A painter on `canvas`; none where there is no WebGL 2.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        let options = Object::new();
        // The drawing stays, so that it can be read back and a part of the page can be painted again without it.
        for (name, value) in [("alpha", false), ("antialias", false), ("depth", false), ("preserveDrawingBuffer", true)]
        {
            // Setting a property of a plain object cannot fail.
            let _ = Reflect::set(&options, &name.into(), &value.into());
        }
        let gl: Gl = canvas.get_context_with_context_options("webgl2", &options).ok()??.dyn_into().ok()?;
        let program = program(&gl)?;
        let buffer = gl.create_buffer()?;
        gl.use_program(Some(&program));
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&buffer));
        let stride = DRAWN_BYTES as i32;
        gl.vertex_attrib_pointer_with_i32(0, 2, Gl::UNSIGNED_SHORT, true, stride, 0);
        gl.vertex_attrib_pointer_with_i32(1, 4, Gl::UNSIGNED_BYTE, false, stride, 4);
        gl.enable_vertex_attrib_array(0);
        gl.enable_vertex_attrib_array(1);
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        let place = |name: &str| gl.get_uniform_location(&program, name);
        let (view, room) = (place("view"), place("room"));
        gl.uniform1f(place("steps").as_ref(), CROWD_STEPS as f32);
        Some(Self { gl, program, buffer, view, room })
    }

    /// Takes over the tracks, [`DRAWN_BYTES`] each.
    pub fn take(&self, drawn: &[u8]) {
        self.gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&self.buffer));
        self.gl.buffer_data_with_u8_array(Gl::ARRAY_BUFFER, drawn, Gl::STATIC_DRAW);
    }

    /// Takes over the colours.
    pub fn colour(&self, palette: &Palette) {
        let gl = &self.gl;
        let pixels: Vec<u8> = palette.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]).collect();
        let texture = gl.create_texture();
        gl.bind_texture(Gl::TEXTURE_2D, texture.as_ref());
        let (width, height) = (palette.len() as i32, 1);
        // Without the texture all tracks are black, and the context is lost.
        let _ = gl.tex_image_2d_with_i32_and_i32_and_i32_and_format_and_type_and_opt_u8_array(
            Gl::TEXTURE_2D,
            0,
            Gl::RGBA8 as i32,
            width,
            height,
            0,
            Gl::RGBA,
            Gl::UNSIGNED_BYTE,
            Some(&pixels),
        );
        for side in [Gl::TEXTURE_MIN_FILTER, Gl::TEXTURE_MAG_FILTER] {
            gl.tex_parameteri(Gl::TEXTURE_2D, side, Gl::NEAREST as i32);
        }
    }

    /// Draws the tracks in `ranges`, `boost` times as large as usual; there are `ratio` pixels of the screen to a CSS pixel.
    pub fn draw(
        &self,
        camera: &Camera,
        (ratio, boost): (f64, f64),
        ground: Rgb,
        ranges: impl Iterator<Item = Range<usize>>,
    ) {
        let gl = &self.gl;
        let (width, height) = camera.size;
        gl.viewport(0, 0, (width * ratio) as i32, (height * ratio) as i32);
        let [red, green, blue] = ground.map(|part| f32::from(part) / 255.0);
        gl.clear_color(red, green, blue, 1.0);
        gl.clear(Gl::COLOR_BUFFER_BIT);
        let grow = (2.0 * camera.scale / width, 2.0 * camera.scale / height);
        let shift = (-camera.middle.0 * grow.0, -camera.middle.1 * grow.1);
        gl.uniform4f(self.view.as_ref(), grow.0 as f32, grow.1 as f32, shift.0 as f32, shift.1 as f32);
        gl.uniform3f(self.room.as_ref(), (widest() * camera.scale) as f32, ratio as f32, boost as f32);
        for range in ranges {
            gl.draw_arrays(Gl::POINTS, range.start as i32, range.len() as i32);
        }
    }

    /// Whether the browser has taken the context away.
    pub fn is_lost(&self) -> bool {
        self.gl.is_context_lost()
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        self.gl.delete_program(Some(&self.program));
        self.gl.delete_buffer(Some(&self.buffer));
    }
}

fn program(gl: &Gl) -> Option<WebGlProgram> {
    let program = gl.create_program()?;
    for (kind, source) in [(Gl::VERTEX_SHADER, VERTEX), (Gl::FRAGMENT_SHADER, FRAGMENT)] {
        let shader = gl.create_shader(kind)?;
        gl.shader_source(&shader, source);
        gl.compile_shader(&shader);
        gl.attach_shader(&program, &shader);
    }
    gl.link_program(&program);
    gl.get_program_parameter(&program, Gl::LINK_STATUS).as_bool()?.then_some(program)
}
