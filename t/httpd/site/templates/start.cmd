echo off
echo {{ profile.name }}
